import { asId, type FulfillmentId, type LocationId } from '@waybill/kernel'
import { BINS, LOCATIONS } from '../world/set-up.js'
import type { House } from '../world/house.js'
import type { Random } from '../world/random.js'
import { oneOf, type Actor, type Mood } from './actor.js'

interface ListRow {
  readonly id: string
  readonly location: LocationId
  readonly status: 'OPEN' | 'CLAIMED' | 'DONE'
  readonly picker: string | null
}

interface TaskRow {
  readonly id: string
  readonly status: string
  readonly bin: string
  readonly product: string
  readonly lot: string | null
  readonly units: number
  readonly picked: number
  readonly position: number
}

const isOpen = ({ status }: TaskRow): boolean => status === 'ASSIGNED' || status === 'SKIPPED' || status === 'CREATED'

/** Walks lists: scans, and now and then finds a bin empty or a piece broken. */
export class Picker implements Actor {
  readonly weight = 5

  constructor(
    readonly name: string,
    private readonly location: LocationId,
  ) {}

  async act(house: House, random: Random, mood: Mood): Promise<boolean> {
    const { warehouse, requests } = house
    const lists = [...warehouse.database.table('pick_lists').where('location', this.location)] as unknown as ListRow[]
    const mine = lists.find(({ status, picker }) => status === 'CLAIMED' && picker === this.name)
    if (!mine) {
      const isThereOne = lists.some(({ status }) => status === 'OPEN')
      if (!isThereOne) return false
      const cause = requests.causeOf(this.name, 'claim')
      await requests.ask(warehouse, cause, () => warehouse.core.claimPickList.run({ cause, location: this.location, picker: this.name }))
      return true
    }
    const tasks = ([...warehouse.database.table('pick_tasks').where('list', mine.id)] as unknown as TaskRow[]).filter(isOpen).sort((a, b) => a.position - b.position || (a.id < b.id ? -1 : 1))
    const [task] = tasks
    if (!task) {
      // the list of a fulfillment that was called off: claiming again ends it
      const cause = requests.causeOf(this.name, 'claim')
      await requests.ask(warehouse, cause, () => warehouse.core.claimPickList.run({ cause, location: this.location, picker: this.name }))
      return true
    }
    await this.work(house, random, mood, task)
    return true
  }

  private async work({ warehouse, requests, clock }: House, random: Random, mood: Mood, task: TaskRow): Promise<void> {
    const cause = requests.causeOf(this.name, 'task')
    const at = { cause, task: task.id, picker: this.name, mayActForOthers: false }
    const left = task.units - task.picked
    switch (mood === 'finishing' ? 9 : random.below(14)) {
      case 0:
        await requests.ask(warehouse, cause, () => warehouse.core.workPickTask.short({ ...at, reason: 'bin-empty' }))
        return
      case 1:
        await requests.ask(warehouse, cause, () => warehouse.core.workPickTask.damage({ ...at, units: 1 + random.below(left), reason: 'broken' }))
        return
      case 2:
        await requests.ask(warehouse, cause, () => warehouse.core.workPickTask.skip(at))
        return
      default: {
        const units = mood === 'finishing' ? left : 1 + random.below(left)
        const scan = { bin: task.bin, product: task.product, lot: task.lot, units }
        const answer = await requests.ask(warehouse, cause, () => warehouse.core.workPickTask.scan({ ...at, scanId: cause.key, scan }))
        const refused = answer?.result && 'refused' in answer.result ? answer.result.refused : undefined
        // an expired lot is reported, as the scanner says
        if (refused !== 'lot-expired') return
        const again = requests.causeOf(this.name, 'expired')
        await requests.ask(warehouse, again, () => warehouse.core.workPickTask.damage({ ...at, cause: again, units: left, reason: `expired by ${clock.now.toISOString().slice(0, 10)}` }))
      }
    }
  }
}

interface FulfillmentRow {
  readonly id: FulfillmentId
  readonly location: LocationId
  readonly status: string
  readonly packer: string | null
}

interface PackageRow {
  readonly id: string
  readonly fulfillment: string
  readonly status: string
  readonly expected_grams: number
}

interface ContentRow {
  readonly package: string
  readonly product: string
  readonly lot: string | null
  readonly units: number
  readonly packed: number
}

/** Packs what is picked: scans, seals, weighs. */
export class Packer implements Actor {
  readonly weight = 4

  constructor(
    readonly name: string,
    private readonly location: LocationId,
  ) {}

  async act(house: House, random: Random, mood: Mood): Promise<boolean> {
    const { warehouse, requests } = house
    const here = [...warehouse.database.table('fulfillments').where('location', this.location)] as unknown as FulfillmentRow[]
    const mine = here.find(({ status, packer }) => status === 'PACKING' && packer === this.name)
    const pack = mine && ([...warehouse.database.table('packages').where('fulfillment', mine.id)] as unknown as PackageRow[]).find(({ status }) => status === 'OPEN' || status === 'SEALED')
    if (!pack) {
      if (!here.some(({ status }) => status === 'PICKED')) return false
      const cause = requests.causeOf(this.name, 'claim')
      await requests.ask(warehouse, cause, () => warehouse.core.claimPacking.run({ cause, location: this.location, packer: this.name }))
      return true
    }
    const cause = requests.causeOf(this.name, 'package')
    const at = { cause, package: pack.id, packer: this.name, mayActForOthers: false }
    const isDiligent = mood === 'finishing'
    if (pack.status === 'SEALED') {
      const grams = pack.expected_grams + (isDiligent || !random.oneIn(8) ? 0 : 600)
      if (isDiligent) await requests.ask(warehouse, cause, () => warehouse.core.workPackage.acceptWeight({ ...at, grams }))
      else await requests.ask(warehouse, cause, () => warehouse.core.workPackage.weigh({ ...at, grams }))
      return true
    }
    const content = ([...warehouse.database.table('package_contents').where('package', pack.id)] as unknown as ContentRow[]).find(({ units, packed }) => packed < units)
    if (!content) await requests.ask(warehouse, cause, () => warehouse.core.workPackage.seal(at))
    else {
      const left = content.units - content.packed
      const what = { product: content.product, lot: content.lot, units: isDiligent ? left : 1 + random.below(left) }
      if (!isDiligent && random.oneIn(12)) await requests.ask(warehouse, cause, () => warehouse.core.workPackage.short({ ...at, ...what, reason: 'not-in-tote', damaged: random.oneIn(2) }))
      else await requests.ask(warehouse, cause, () => warehouse.core.workPackage.scan({ ...at, scanId: cause.key, scan: what }))
    }
    return true
  }
}

/** Gives the carrier what is labelled, and puts away what lies in receiving. */
export class Dock implements Actor {
  readonly name = 'dock'
  readonly weight = 3

  async act(house: House, random: Random, mood: Mood): Promise<boolean> {
    const { warehouse, requests } = house
    if (mood !== 'finishing' && random.oneIn(3)) return this.putAway(house, random)
    const labelled = oneOf(warehouse.database.rows<FulfillmentRow>('fulfillments').filter(({ status }) => status === 'LABELLED'), random)
    if (!labelled) return false
    const cause = requests.causeOf('dock', 'hand-over')
    await requests.ask(warehouse, cause, () => warehouse.core.handOver.run({ cause, location: labelled.location, packages: [], fulfillments: [labelled.id] }))
    return true
  }

  private async putAway({ warehouse, requests }: House, random: Random): Promise<boolean> {
    const content = oneOf(
      warehouse.database
        .rows<{ location: string; product: string; bin: string; lot: string | null; expires_on: string | null; blocked: boolean; units: number; assigned: number }>('bin_content')
        .filter(({ bin, blocked, units, assigned }) => bin === 'RECEIVING' && !blocked && units > assigned),
      random,
    )
    if (!content) return false
    const cause = requests.causeOf('dock', 'put-away')
    const { location, product, lot, units, assigned, expires_on } = content
    const to = random.pick(BINS)
    await requests.ask(warehouse, cause, () =>
      warehouse.core.moveStock.run({ location: asId(location), product: asId(product), lot, expiresOn: expires_on as never, from: 'RECEIVING', to, units: units - assigned, by: 'dock', cause }),
    )
    return true
  }
}

export const floorPeople = (): Actor[] => LOCATIONS.flatMap((code) => [new Picker(`pia-${code}`, asId(code)), new Packer(`max-${code}`, asId(code))])
