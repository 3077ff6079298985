import { describe, expect, it } from '@jest/globals'
import { asId, terminalStates, unreachableStates, type ProductId } from '@waybill/kernel'
import fc from 'fast-check'
import { aJourney, aLane, anExpected, aSealedPackage, aService, aWorld, now, someLines } from '../../test/samples.js'
import { noteScan, type Scan } from '../tracking/note-scan.js'
import { goOn } from './go-on.js'
import { noteHandOver, noteLabel, noteLabelRefusal, askLabelAgain, noteMissing, notePackages, noteRejection, noteRequest } from './news.js'
import type { Shipment } from './shipment.js'
import { shipmentTransitions } from './shipment-transitions.js'
import type { Effect, Step } from './shipping-facts.js'
import type { World } from './world.js'

const said = ({ effects }: Step): string[] => effects.flatMap((effect) => ('fact' in effect ? [effect.fact] : effect.ask === 'task' ? [`task ${effect.kind}`] : effect.ask === 'label' || effect.ask === 'carrier-handover' || effect.ask === 'check' ? [effect.ask] : []))
const later = (ms: number): Date => new Date(now.getTime() + ms)
const requested = (world = aWorld(), journey = aJourney()): Step => goOn(noteRequest(anExpected(), journey, someLines), world)
const bought = { packages: [{ sscc: '095287654321012346', trackingNumber: 'ME1' }], priceMinor: 500 }
const scanned = (status: Scan['status'], at: Date, trackingNumber = 'ME1'): Scan => ({ trackingNumber, status, at, reason: null, place: null })
const on = (shipment: Shipment, news: (shipment: Shipment) => Shipment | Step, world: World = aWorld()): Step => goOn(news(shipment), world)
const dispatched = (): Shipment => {
  const packed = on(requested().shipment, (s) => notePackages(s, [aSealedPackage()])).shipment
  const labelled = on(packed, (s) => noteLabel(s, bought)).shipment
  return on(labelled, (s) => noteHandOver(s, someLines.map(({ line, unitNumbers }) => ({ line, unitNumbers })))).shipment
}

describe('the transition table', () => {
  it('reaches every status, and ends where domain section 4 ends', () => {
    expect(unreachableStates(shipmentTransitions, 'AWAITING_REQUEST')).toEqual([])
    expect(terminalStates(shipmentTransitions).sort()).toEqual(['DAMAGED', 'DELIVERED', 'LOST', 'REFUSED', 'RETURNED', 'VOIDED'])
  })
})

describe('a shipment', () => {
  it('goes from request to delivered', () => {
    const planned = requested()
    expect([planned.shipment.status, said(planned)]).toEqual(['PLANNED', ['planned']])
    const packed = on(planned.shipment, (s) => notePackages(s, [aSealedPackage()]))
    expect([packed.shipment.status, said(packed)]).toEqual(['LABELLING', ['label']])
    const labelled = on(packed.shipment, (s) => noteLabel(s, bought))
    expect([labelled.shipment.status, said(labelled)]).toEqual(['LABELLED', ['created']])
    const gone = on(labelled.shipment, (s) => noteHandOver(s, [{ line: 1, unitNumbers: [{ from: 1, to: 2 }] }]))
    expect([gone.shipment.status, said(gone)]).toEqual(['DISPATCHED', ['dispatched', 'carrier-handover']])
    const there = on(gone.shipment, (s) => noteScan(s, scanned('delivered', later(1_000))))
    expect([there.shipment.status, said(there)]).toEqual(['DELIVERED', ['tracked', 'delivered']])
    expect(there.effects).toContainEqual({ fact: 'delivered', at: later(1_000), lines: [{ line: 1, unitNumbers: [{ from: 1, to: 2 }] }] })
  })

  it('waits for missing data, then asks a person, and goes on when it comes', () => {
    const waiting = requested(aWorld({ products: new Map() }))
    expect([waiting.shipment.status, waiting.effects.at(-1)]).toEqual(['AWAITING_DATA', { ask: 'check', at: later(5_000) }])
    const late = goOn(waiting.shipment, aWorld({ products: new Map(), now: later(900_000) }))
    expect(said(late)).toEqual(['check', 'task shipment-data-missing'])
    expect(goOn(late.shipment, aWorld({ now: later(900_001) })).shipment.status).toBe('PLANNED')
  })

  it('is refused when its lane does not come in time', () => {
    const waiting = requested(aWorld({ lane: undefined }))
    expect(waiting.shipment.status).toBe('AWAITING_DATA')
    const late = goOn(waiting.shipment, aWorld({ lane: undefined, now: later(900_000) }))
    expect(late.shipment.status).toBe('REFUSED')
    expect(late.effects).toContainEqual({ fact: 'plan-refused', constraints: [{ carrier: 'none', service: 'none', constraint: 'no-lane', detail: 'no service goes from BER to DE' }] })
  })

  it('is refused when every service is ruled out, naming what rules out each', () => {
    const step = requested(aWorld(), aJourney({ forbiddenModes: ['road'] }))
    expect(step.shipment.status).toBe('REFUSED')
    expect(step.effects).toContainEqual({ fact: 'plan-refused', constraints: [{ carrier: 'meridian', service: 'road-standard', constraint: 'mode-forbidden', detail: 'the customer forbids road' }] })
  })

  it('keeps its plan on the packed weights although another service is better now', () => {
    const planned = requested().shipment
    const better = aWorld({ lane: aLane({ services: [aService(), aService({ service: 'better', baseMinor: 1, transitDays: { p50: 0, p90: 0, p95: 0 } })] }) })
    expect(on(planned, (s) => notePackages(s, [aSealedPackage()]), better).shipment.plan).toMatchObject({ service: 'road-standard', changedBecause: null })
  })

  it('changes its plan when the packages are too heavy for it, and says why', () => {
    const world = aWorld({ lane: aLane({ services: [aService({ maxWeightGrams: 2_000 }), aService({ service: 'heavy', baseMinor: 9_000 })] }) })
    const packed = on(requested(world).shipment, (s) => notePackages(s, [aSealedPackage({ weightGrams: 2_001 })]), world)
    expect(packed.shipment.plan).toMatchObject({ service: 'heavy', changedBecause: 'a package weighs 2001 g, the limit is 2000 g' })
    expect(packed.shipment.status).toBe('LABELLING')
  })

  it('is refused with a task when nothing can take the packages', () => {
    const world = aWorld({ lane: aLane({ services: [aService({ maxWeightGrams: 2_000 })] }) })
    const packed = on(requested(world).shipment, (s) => notePackages(s, [aSealedPackage({ weightGrams: 2_001 })]), world)
    expect([packed.shipment.status, said(packed)]).toEqual(['REFUSED', ['plan-refused', 'task packed-without-service']])
  })

  it('packed without details waits for them, an hour, then a person', () => {
    const packed = on(requested().shipment, (s) => notePackages(s, [aSealedPackage()]), aWorld({ details: 'missing' }))
    expect([packed.shipment.status, said(packed)]).toEqual(['AWAITING_DETAILS', ['check']])
    expect(said(goOn(packed.shipment, aWorld({ details: 'missing', now: later(3_600_000) })))).toEqual(['check', 'task delivery-details-missing'])
    expect(said(goOn(packed.shipment, aWorld()))).toEqual(['label'])
  })

  it('the carrier\'s no is a task, and asking again takes a new key', () => {
    const packed = on(requested().shipment, (s) => notePackages(s, [aSealedPackage()])).shipment
    const refused = on(packed, (s) => noteLabelRefusal(s, 'address-not-served'))
    expect([refused.shipment.status, refused.shipment.labelAttempt, said(refused)]).toEqual(['LABELLING', 1, ['task label-refused']])
    const again = on(refused.shipment, askLabelAgain)
    expect([again.shipment.labelAttempt, said(again)]).toEqual([2, ['label']])
    expect(said(on(packed, askLabelAgain))).toEqual([])
  })

  it('shrinks by what was not found, and is void with nothing left', () => {
    const less = on(requested().shipment, (s) => noteMissing(s, [{ line: 1, unitNumbers: [{ from: 2, to: 2 }] }])).shipment
    expect(less.lines).toEqual([{ line: 1, unitNumbers: [{ from: 1, to: 1 }], stocked: [{ stockedLine: '1.1', product: 'P-100', units: 1, valueMinor: 967 }] }])
    expect(on(less, (s) => noteMissing(s, [{ line: 1, unitNumbers: [{ from: 1, to: 1 }] }])).shipment.status).toBe('VOIDED')
  })

  it('handed over before its label: dispatched when the label comes, and a person is told', () => {
    const packed = on(requested().shipment, (s) => notePackages(s, [aSealedPackage()])).shipment
    const early = on(packed, (s) => noteHandOver(s, [{ line: 1, unitNumbers: [{ from: 1, to: 2 }] }]))
    expect([early.shipment.status, said(early)]).toEqual(['LABELLING', ['task left-without-label']])
    expect(said(on(early.shipment, (s) => noteLabel(s, bought)))).toEqual(['created', 'dispatched', 'carrier-handover'])
  })

  it('moves by rank only: an old scan adds to the history and moves nothing back', () => {
    const out = on(dispatched(), (s) => noteScan(s, scanned('out-for-delivery', later(3)))).shipment
    const old = on(out, (s) => noteScan(s, scanned('in-transit', later(1))))
    expect([old.shipment.status, said(old)]).toEqual(['OUT_FOR_DELIVERY', ['tracked']])
    const end = on(old.shipment, (s) => noteScan(s, scanned('delivered', later(4)))).shipment
    expect(on(end, (s) => noteScan(s, scanned('out-for-delivery', later(5)))).shipment.status).toBe('DELIVERED')
  })

  it('a failed attempt can be followed by another and by delivery, and its task is closed', () => {
    const failed = on(dispatched(), (s) => noteScan(s, scanned('delivery-failed', later(1))))
    expect([failed.shipment.status, said(failed)]).toEqual(['DELIVERY_FAILED', ['tracked', 'task delivery-exception']])
    const again = on(failed.shipment, (s) => noteScan(s, scanned('out-for-delivery', later(2))))
    expect(again.shipment.status).toBe('OUT_FOR_DELIVERY')
    const end = on(again.shipment, (s) => noteScan(s, scanned('delivered', later(3))))
    expect(end.effects).toContainEqual({ ask: 'task-done', kind: 'delivery-exception', resolution: 'ended as DELIVERED' })
  })

  it('of two packages one is lost: its units failed, the others arrived', () => {
    const contents = [{ line: 1, stockedLine: '1.1', product: asId<ProductId>('P-100'), units: 1 }]
    const packages = [aSealedPackage({ contents }), aSealedPackage({ sscc: '095287654321012353', contents })]
    const label = { priceMinor: 1, packages: [{ sscc: '095287654321012346', trackingNumber: 'ME1' }, { sscc: '095287654321012353', trackingNumber: 'ME2' }] }
    const packed = on(requested().shipment, (s) => notePackages(s, packages)).shipment
    const gone = on(on(packed, (s) => noteLabel(s, label)).shipment, (s) => noteHandOver(s, [{ line: 1, unitNumbers: [{ from: 1, to: 2 }] }])).shipment
    const lost = on(gone, (s) => noteScan(s, scanned('lost', later(1), 'ME2')))
    expect(lost.effects).toContainEqual(expect.objectContaining({ fact: 'failed', outcome: 'lost', lines: [{ line: 1, unitNumbers: [{ from: 2, to: 2 }] }] }))
    expect(lost.shipment.status).toBe('DISPATCHED')
    const end = on(lost.shipment, (s) => noteScan(s, scanned('delivered', later(2), 'ME1')))
    expect(end.effects).toContainEqual({ fact: 'delivered', at: later(2), lines: [{ line: 1, unitNumbers: [{ from: 1, to: 1 }] }] })
    expect(end.shipment.status).toBe('LOST')
  })

  it('rejected by the floor: void', () => {
    expect(on(requested().shipment, (s) => noteRejection(s, 'closed')).shipment.status).toBe('VOIDED')
    expect(on(on(anExpected(), (s) => noteRejection(s, 'closed')).shipment, (s) => noteRequest(s, aJourney(), someLines)).shipment.status).toBe('VOIDED')
  })
})

describe('order of arrival', () => {
  const news: readonly ((shipment: Shipment) => Shipment | Step)[] = [
    (s) => noteRequest(s, aJourney(), someLines),
    (s) => notePackages(s, [aSealedPackage()]),
    (s) => noteHandOver(s, [{ line: 1, unitNumbers: [{ from: 1, to: 2 }] }]),
  ]
  const factsOf = (effects: readonly Effect[]): string[] => effects.flatMap((effect) => ('fact' in effect ? [effect.fact] : []))

  it('of request, packing, hand-over and label does not matter, nor do repetitions', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([0, 1, 2, 0, 1, 2], { minLength: 6 }), (order) => {
        let shipment = anExpected()
        const facts: string[] = []
        const take = (step: Step) => {
          shipment = step.shipment
          facts.push(...factsOf(step.effects))
        }
        for (const index of order) {
          take(goOn(news[index]?.(shipment) ?? shipment, aWorld()))
          take(goOn(noteLabel(shipment, bought), aWorld()))
        }
        expect([shipment.status, facts]).toEqual(['DISPATCHED', ['planned', 'created', 'dispatched']])
      }),
    )
  })

  it('of scans does not matter for where a package ends', () => {
    const scans = (['accepted', 'in-transit', 'exception', 'out-for-delivery', 'delivery-failed', 'delivered'] as const).map((status, index) => scanned(status, later(index)))
    fc.assert(
      fc.property(fc.shuffledSubarray([...scans, ...scans], { minLength: scans.length * 2 }), (order) => {
        const end = order.reduce((shipment, scan) => on(shipment, (s) => noteScan(s, scan)).shipment, dispatched())
        expect([end.status, end.packages[0]?.state]).toEqual(['DELIVERED', 'DELIVERED'])
      }),
    )
  })
})
