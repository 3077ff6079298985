import { randomUUID } from 'node:crypto'
import type { Api } from '@waybill/local'
import type { Random } from './random.js'
import type { Run } from './run.js'

interface Task {
  readonly id: string
  readonly bin: string
  readonly barcode: string
  readonly lot: string | null
  readonly units: number
}

/** Part of stops at which a picker scans the neighbouring bin first; the screen says what was expected. */
const WRONG_BIN = 0.03

/** Somebody who walks pick lists: scans bin, product and quantity at every stop, and sometimes the wrong bin first. */
export async function pickOneList(api: Api, location: string, random: Random, run: Run): Promise<boolean> {
  const claimed = await api.send('warehouse', 'POST', '/v1/pick-lists/claim', { location }, { role: 'picker' })
  const list = (claimed.body as { list: { id: string } | null }).list
  if (!list) return false
  while (run.isGoing) {
    const { task } = (await api.send('warehouse', 'GET', `/v1/pick-lists/${list.id}/next`, undefined, { role: 'picker' })).body as { task: Task | null }
    if (!task) return true
    if (random.chance(WRONG_BIN)) await scan(api, task, `${task.bin}-X`)
    const answer = await scan(api, task, task.bin)
    if (answer.status < 300) continue
    run.trouble(`pick scan: ${(answer.body as { code: string }).code}`)
    const short = await api.send('warehouse', 'POST', `/v1/pick-tasks/${task.id}/short`, { reason: 'cannot be picked' }, { role: 'picker' })
    if (short.status >= 300) return true
  }
  return true
}

const scan = (api: Api, task: Task, bin: string) =>
  api.send('warehouse', 'POST', `/v1/pick-tasks/${task.id}/scans`, { scanId: randomUUID(), bin, product: task.barcode, units: task.units, ...(task.lot === null ? {} : { lot: task.lot }) }, { role: 'picker' })

interface PackageView {
  readonly id: string
  readonly status: string
  readonly expectedGrams: number
  readonly contents: readonly { readonly barcode: string; readonly lot: string | null; readonly units: number; readonly packed: number }[]
}

/** Somebody at the packing desk: scans every piece into its package, seals, weighs. */
export async function packOne(api: Api, location: string, run: Run): Promise<boolean> {
  const claimed = await api.send('warehouse', 'POST', '/v1/packing/claim', { location }, { role: 'packer' })
  const fulfillment = (claimed.body as { fulfillment: { id: string; packages: readonly PackageView[] } | null }).fulfillment
  if (!fulfillment) return false
  for (const pack of fulfillment.packages) {
    if (pack.status === 'OPEN') {
      for (const { barcode, lot, units, packed } of pack.contents) {
        if (packed < units) await step(api, run, pack, 'scans', { scanId: randomUUID(), product: barcode, units: units - packed, ...(lot === null ? {} : { lot }) })
      }
      if (!(await step(api, run, pack, 'seal', {}))) return false
    }
    if (pack.status === 'OPEN' || pack.status === 'SEALED') await step(api, run, pack, 'weigh', { grams: pack.expectedGrams })
  }
  return true
}

async function step(api: Api, run: Run, pack: PackageView, what: string, body: object): Promise<boolean> {
  const answer = await api.send('warehouse', 'POST', `/v1/packages/${pack.id}/${what}`, body, { role: 'packer' })
  if (answer.status < 300) return true
  run.trouble(`packing ${what}: ${(answer.body as { code: string }).code}`)
  return false
}

/** Somebody at the gate: gives every labelled fulfillment to its carrier. */
export async function handOverAll(api: Api, location: string, run: Run): Promise<boolean> {
  const { body } = await api.send('warehouse', 'GET', `/v1/fulfillments?status=LABELLED&location=${location}&limit=200`, undefined, { role: 'operator' })
  const fulfillments = (body as { items: { id: string }[] }).items.map(({ id }) => id)
  if (fulfillments.length === 0) return false
  const answer = await api.send('warehouse', 'POST', '/v1/hand-overs', { location, fulfillments }, { role: 'packer' })
  if (answer.status >= 300) run.trouble(`hand-over: ${(answer.body as { code: string }).code}`)
  return answer.status < 300
}
