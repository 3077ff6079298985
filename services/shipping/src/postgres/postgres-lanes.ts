import { Injectable } from '@nestjs/common'
import { topics } from '@waybill/contracts'
import type { Cause } from '@waybill/kernel'
import { TellsAgain, UnitOfWork, type Telling, type Tx } from '@waybill/service-kit'
import { laneKey, type Lane } from '../lanes/lane.js'
import { Lanes, type Answered, type LaneInput } from '../lanes/lanes.js'
import { publishLane } from '../published-events.js'
import { toLane, type LaneRow } from './rows.js'
import { wakeShipments } from './wake-shipments.js'

@Injectable()
export class PostgresLanes extends Lanes {
  constructor(private readonly uow: UnitOfWork) {
    super()
  }

  async change<I extends LaneInput, R>(
    input: I,
    decide: (lanes: ReadonlyMap<string, Lane>) => { readonly changed: readonly Lane[]; readonly result: R },
  ): Promise<Answered<R>> {
    const [outcome] = await this.uow.change<I, R>([input], async (tx) => {
      const { changed, result } = decide(await lockLanes(tx, input.lanes))
      await writeLanes(tx, changed)
      for (const lane of changed) publishLane(tx, lane, input.cause)
      wakeShipments(
        tx,
        changed.length === 0
          ? []
          : await tx.query<{ id: string }>('shipments.waiting_for_lanes', `select id from shipments where status = 'AWAITING_DATA' and location = any($1::text[])`, [changed.map(({ location }) => location)]),
      )
      return [result]
    })
    return outcome ?? { result: undefined, replayed: false }
  }

  async list(filter: { readonly location?: string; readonly country?: string; readonly after?: readonly [string, string]; readonly limit: number }): Promise<readonly Lane[]> {
    const rows = await this.uow.query<LaneRow>(
      'lanes.list',
      `select * from lanes where ($1::text is null or location = $1) and ($2::text is null or country = $2) and ($3::text is null or (location, country) > ($3, $4))
       order by location, country limit $5`,
      [filter.location ?? null, filter.country ?? null, filter.after?.[0] ?? null, filter.after?.[1] ?? null, filter.limit],
    )
    return rows.map(toLane)
  }

  @TellsAgain(topics.lane)
  async tellAgain(tx: Tx, cause: Cause, { after, only, limit }: Telling): Promise<readonly string[]> {
    const rows = await tx.query<LaneRow>(
      'lanes.tell_again',
      `select * from lanes where location || ':' || country > $1 and ($2::text is null or location || ':' || country = $2) order by location || ':' || country limit $3 for share`,
      [after, only, limit],
    )
    for (const row of rows) publishLane(tx, toLane(row), cause)
    return rows.map(({ location, country }) => laneKey(location, country))
  }
}

/** Locks by name, not by row: two imports that make the same new lane must wait for each other. */
async function lockLanes(tx: Tx, lanes: LaneInput['lanes']): Promise<ReadonlyMap<string, Lane>> {
  const keys = [...new Set(lanes.map(({ location, country }) => laneKey(location, country)))].sort()
  await tx.query('lanes.lock_names', `select pg_advisory_xact_lock(hashtextextended('lane:' || k.name, 0)) from (select name from unnest($1::text[]) with ordinality as k (name, place) order by place) as k`, [keys])
  const rows = await tx.query<LaneRow>('lanes.by_key', `select * from lanes where location || ':' || country = any($1::text[]) order by location, country for update`, [keys])
  return new Map(rows.map((row) => [laneKey(row.location, row.country), toLane(row)]))
}

async function writeLanes(tx: Tx, lanes: readonly Lane[]): Promise<void> {
  if (lanes.length === 0) return
  await tx.query(
    'lanes.write',
    `insert into lanes (location, country, version, currency, services)
     select r.location, r.country, r.version, r.currency, r.services from jsonb_to_recordset($1::jsonb) as r (location text, country text, version integer, currency text, services jsonb)
     on conflict (location, country) do update set version = excluded.version, currency = excluded.currency, services = excluded.services`,
    [JSON.stringify(lanes)],
  )
}
