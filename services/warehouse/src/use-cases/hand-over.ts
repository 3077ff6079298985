import { Injectable } from '@nestjs/common'
import type { Cause, FulfillmentId, LocationId } from '@waybill/kernel'
import { become, type Fulfillment } from '../fulfillments/fulfillment.js'
import { handedOver } from '../packing/hand-over.js'
import { inUse, packageBecomes, type Package } from '../packing/package.js'
import { Floor, type Answer, type FloorTx } from '../floor/floor.js'

export interface HandOverAsked {
  readonly cause: Cause
  readonly location: LocationId
  readonly packages: readonly string[]
  readonly fulfillments: readonly FulfillmentId[]
}

/** How the hand-over of a package, or of all packages of a fulfillment, ended. Types, so that they can be stored as answers. */
type HandOverOutcome = {
  readonly sscc?: string
  readonly fulfillment?: string
  readonly status: 'handed-over' | 'refused'
  readonly code?: HandOverRefusal
  readonly detail?: string
}
export type HandedOver = { readonly outcomes: readonly HandOverOutcome[] }

type HandOverRefusal = 'not-found' | 'wrong-location' | 'on-hold' | 'not-labelled' | 'already-handed-over'

/** Gives labelled packages to the carrier. A fulfillment has left when its last package has. */
@Injectable()
export class HandOver {
  constructor(private readonly floor: Floor) {}

  async run(asked: HandOverAsked): Promise<Answer<HandedOver> | undefined> {
    const [answer] = await this.floor.change<HandOverAsked, HandedOver>([asked], async (tx) => {
      const ofSscc = await tx.packing.fulfillmentsOfSscc(asked.packages)
      const ids = [...new Set([...ofSscc.values(), ...asked.fulfillments])].sort()
      const fulfillments = await tx.fulfillments.lock(ids)
      const packages = new Map(inUse(await tx.packing.packagesOf(ids)).map((pack) => [pack.id, pack]))
      const outcomes: HandOverOutcome[] = []
      const taken = new Set<string>()
      const check = (pack: Package | undefined, fulfillment: Fulfillment | undefined): Pick<HandOverOutcome, 'code' | 'detail'> | undefined => refusalOf(asked.location, pack, fulfillment)
      for (const sscc of asked.packages) {
        const pack = [...packages.values()].find((each) => each.sscc === sscc)
        const no = check(pack, pack && fulfillments.get(pack.fulfillment))
        if (!no && pack) taken.add(pack.id)
        outcomes.push({ sscc, status: no ? 'refused' : 'handed-over', ...no })
      }
      for (const id of asked.fulfillments) {
        const fulfillment = fulfillments.get(id)
        const left = [...packages.values()].filter((pack) => pack.fulfillment === id && pack.status !== 'HANDED_OVER')
        const no = fulfillment ? left.map((pack) => check(pack, fulfillment)).find((each) => each !== undefined) ?? (left.length === 0 ? check(undefined, fulfillment) : undefined) : check(undefined, undefined)
        if (!no) for (const pack of left) taken.add(pack.id)
        outcomes.push({ fulfillment: id, status: no ? 'refused' : 'handed-over', ...no })
      }
      await give(tx, [...taken].flatMap((id) => packages.get(id) ?? []), packages, fulfillments, asked.cause)
      return [{ outcomes }]
    })
    return answer
  }
}

async function give(tx: FloorTx, taken: readonly Package[], packages: Map<string, Package>, fulfillments: ReadonlyMap<FulfillmentId, Fulfillment>, cause: Cause): Promise<void> {
  const gone = taken.map((pack) => packageBecomes(pack, 'HANDED_OVER', cause))
  for (const { pack } of gone) packages.set(pack.id, pack)
  await tx.packing.save(gone.map(({ pack }) => pack), gone.map(({ step }) => step))
  const left = [...fulfillments.values()].flatMap((fulfillment) => {
    const own = [...packages.values()].filter((pack) => pack.fulfillment === fulfillment.id)
    if (fulfillment.status !== 'LABELLED' || own.length === 0 || !own.every(({ status }) => status === 'HANDED_OVER')) return []
    const { fulfillment: counted, fact } = handedOver(fulfillment, own)
    return [{ moved: become(counted, 'HANDED_OVER', tx.now, cause), fact }]
  })
  await tx.fulfillments.save(left.map(({ moved }) => moved.fulfillment), left.flatMap(({ moved }) => moved.steps))
  tx.tell(left.map(({ fact }) => fact), cause)
}

function refusalOf(location: LocationId, pack: Package | undefined, fulfillment: Fulfillment | undefined): { readonly code: HandOverRefusal; readonly detail: string } | undefined {
  if (!fulfillment) return { code: 'not-found', detail: 'There is no such package or fulfillment' }
  if (fulfillment.location !== location) return { code: 'wrong-location', detail: `It is packed in ${fulfillment.location}` }
  if (fulfillment.status === 'HANDED_OVER' || pack?.status === 'HANDED_OVER') return { code: 'already-handed-over', detail: 'It has left' }
  if (fulfillment.status === 'ON_HOLD') return { code: 'on-hold', detail: 'The order is on hold' }
  if (fulfillment.status !== 'LABELLED' || pack?.status !== 'LABELLED') return { code: 'not-labelled', detail: `It is ${fulfillment.status.toLowerCase()} and has no label yet` }
  return undefined
}
