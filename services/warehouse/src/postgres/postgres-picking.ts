import { asId, crashPoint, type BusinessDate, type FulfillmentId, type JsonObject, type LocationId, type ProductId } from '@waybill/kernel'
import type { Tx } from '@waybill/service-kit'
import type { Mishandling } from '../picking/mishandling.js'
import type { PickList, PickTask, PickTaskStatus, PickTaskStep } from '../picking/pick-task.js'
import type { AnsweredScan, Picking } from '../picking/picking.store.js'
import { causeText } from './cause-text.js'
import { writeHistory } from './write-history.js'

interface ListRow {
  id: string
  wave: string
  location: string
  status: PickList['status']
  picker: string | null
  active_at: Date | null
}

interface TaskRow {
  id: string
  list: string | null
  wave: string
  fulfillment: string
  line: number
  stocked_line: string
  location: string
  product: string
  bin: string
  lot: string | null
  expires_on: string | null
  units: number
  picked: number
  put_back: number
  status: PickTaskStatus
  position: number
  tote: number
}

export class PostgresPicking implements Picking {
  constructor(private readonly tx: Tx) {}

  async lockList(location: LocationId, picker: string): Promise<PickList | undefined> {
    const begun = await this.tx.query<ListRow>(
      'lock-begun-list',
      `SELECT * FROM pick_lists WHERE location = $1 AND status = 'CLAIMED' AND picker = $2 ORDER BY id LIMIT 1 FOR UPDATE`,
      [location, picker],
    )
    // two pickers at once: each skips what the other is taking
    const rows = begun.length > 0 ? begun : await this.tx.query<ListRow>(
      'lock-next-list',
      `SELECT * FROM pick_lists WHERE location = $1 AND status = 'OPEN' ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED`,
      [location],
    )
    return rows.map(listOf)[0]
  }

  async lockLists(ids: readonly string[]): Promise<readonly (PickList & { readonly activeAt: Date | null })[]> {
    const rows = await this.tx.query<ListRow>('lock-lists', 'SELECT * FROM pick_lists WHERE id = ANY ($1::uuid[]) ORDER BY id FOR UPDATE', [ids])
    return rows.map((row) => ({ ...listOf(row), activeAt: row.active_at }))
  }

  async saveList({ id, status, picker }: PickList): Promise<void> {
    await this.tx.query('save-list', 'UPDATE pick_lists SET status = $2, picker = $3, active_at = $4 WHERE id = $1', [id, status, picker, this.tx.now])
  }

  async addLists(lists: readonly PickList[]): Promise<void> {
    if (lists.length === 0) return
    await this.tx.query(
      'add-lists',
      `INSERT INTO pick_lists (id, wave, location, status, picker, started_at)
       SELECT *, $6::timestamptz FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[])`,
      [
        lists.map(({ id }) => id),
        lists.map(({ wave }) => wave),
        lists.map(({ location }) => location),
        lists.map(({ status }) => status),
        lists.map(({ picker }) => picker),
        this.tx.now,
      ],
    )
  }

  async listOfTask(task: string): Promise<string | undefined> {
    const rows = await this.tx.query<{ list: string | null }>('list-of-task', 'SELECT list FROM pick_tasks WHERE id = $1', [task])
    return rows[0]?.list ?? undefined
  }

  async tasksOfList(list: string): Promise<readonly PickTask[]> {
    const rows = await this.tx.query<TaskRow>('tasks-of-list', 'SELECT * FROM pick_tasks WHERE list = $1 ORDER BY position, id', [list])
    return rows.map(taskOf)
  }

  async tasksOfFulfillments(ids: readonly FulfillmentId[]): Promise<readonly PickTask[]> {
    const rows = await this.tx.query<TaskRow>('tasks-of-fulfillments', 'SELECT * FROM pick_tasks WHERE fulfillment = ANY ($1::uuid[]) ORDER BY position, id', [ids])
    return rows.map(taskOf)
  }

  async save(tasks: readonly PickTask[], steps: readonly PickTaskStep[]): Promise<void> {
    if (tasks.length === 0) return
    await this.tx.query(
      'save-tasks',
      `INSERT INTO pick_tasks (id, list, wave, fulfillment, line, stocked_line, location, product, bin, lot, expires_on, units, picked, put_back, status, position, tote)
       SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::int[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::date[],
                            $12::int[], $13::int[], $14::int[], $15::text[], $16::int[], $17::int[])
       ON CONFLICT (id) DO UPDATE
       SET units = excluded.units, picked = excluded.picked, put_back = excluded.put_back, status = excluded.status, position = excluded.position`,
      [
        tasks.map(({ id }) => id),
        tasks.map(({ list }) => list),
        tasks.map(({ wave }) => wave),
        tasks.map(({ fulfillment }) => fulfillment),
        tasks.map(({ line }) => line),
        tasks.map(({ stockedLine }) => stockedLine),
        tasks.map(({ location }) => location),
        tasks.map(({ product }) => product),
        tasks.map(({ bin }) => bin),
        tasks.map(({ lot }) => lot),
        tasks.map(({ expiresOn }) => expiresOn),
        tasks.map(({ units }) => units),
        tasks.map(({ picked }) => picked),
        tasks.map(({ putBack }) => putBack),
        tasks.map(({ status }) => status),
        tasks.map(({ position }) => position),
        tasks.map(({ tote }) => tote),
      ],
    )
    await writeHistory(this.tx, 'pick_task_history', steps)
  }

  async scan(task: string, scanId: string): Promise<JsonObject | undefined> {
    const rows = await this.tx.query<{ answer: JsonObject }>('pick-scan', 'SELECT answer FROM pick_scans WHERE task = $1 AND scan_id = $2', [task, scanId])
    return rows[0]?.answer
  }

  async keepScan({ task, scanId, picker, units, serial, product, fulfillment, answer }: AnsweredScan): Promise<void> {
    await this.tx.query('keep-pick-scan', 'INSERT INTO pick_scans (task, scan_id, at, picker, units, answer) VALUES ($1, $2, $3, $4, $5, $6)', [task, scanId, this.tx.now, picker, units, answer])
    crashPoint('C28-scan-saved')
    if (serial === null || units === 0) return
    await this.tx.query('keep-serial', 'INSERT INTO picked_serials (product, serial, fulfillment, task) VALUES ($1, $2, $3, $4)', [product, serial, fulfillment, task])
  }

  async fulfillmentOfSerial(product: ProductId, serial: string): Promise<FulfillmentId | undefined> {
    const rows = await this.tx.query<{ fulfillment: string }>('fulfillment-of-serial', 'SELECT fulfillment FROM picked_serials WHERE product = $1 AND serial = $2', [product, serial])
    return rows.map(({ fulfillment }) => asId<FulfillmentId>(fulfillment))[0]
  }

  async note(slips: readonly Mishandling[]): Promise<void> {
    if (slips.length === 0) return
    await this.tx.query(
      'note-mishandlings',
      `INSERT INTO mishandlings (location, kind, product, bin, picker, task, units, expected, scanned, cause, at)
       SELECT *, $11::timestamptz FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::uuid[], $7::int[], $8::jsonb[], $9::jsonb[], $10::text[])`,
      [
        slips.map(({ location }) => location),
        slips.map(({ kind }) => kind),
        slips.map(({ product }) => product),
        slips.map(({ bin }) => bin),
        slips.map(({ picker }) => picker),
        slips.map(({ task }) => task),
        slips.map(({ units }) => units),
        slips.map(({ expected }) => JSON.stringify(expected)),
        slips.map(({ scanned }) => JSON.stringify(scanned)),
        slips.map(({ cause }) => causeText(cause)),
        this.tx.now,
      ],
    )
  }
}

const listOf = ({ id, wave, location, status, picker }: ListRow): PickList => ({ id, wave, location: asId<LocationId>(location), status, picker })

const taskOf = (row: TaskRow): PickTask => ({
  id: row.id,
  list: row.list,
  wave: row.wave,
  fulfillment: asId<FulfillmentId>(row.fulfillment),
  line: row.line,
  stockedLine: row.stocked_line,
  location: asId<LocationId>(row.location),
  product: asId<ProductId>(row.product),
  bin: row.bin,
  lot: row.lot,
  expiresOn: row.expires_on as BusinessDate | null,
  units: row.units,
  picked: row.picked,
  putBack: row.put_back,
  status: row.status,
  position: row.position,
  tote: row.tote,
})
