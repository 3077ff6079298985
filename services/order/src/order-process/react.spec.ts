import { describe, expect, test } from '@jest/globals'
import { anOrder, backordered, filled, no, releasedUnits, reserved, run, Story, yes } from '../../test/support/order-story.js'
import { openOperations } from '../payments/payment.js'

describe('the happy way', () => {
  test('an order is authorized once, when every line is answered', () => {
    const story = new Story(anOrder([{ units: 2 }, { units: 1 }])).say(reserved(2))
    expect(story.file.payment.operations).toEqual([])
    story.say(reserved(1, 'HAM', '2.1'))
    expect(story.file.payment.operations.map(({ kind, amountMinor }) => [kind, amountMinor])).toEqual([['authorize', 3570n]])
    expect(story.status).toBe('PLACED')
  })

  test('stock and money secured: confirmed, with one fulfillment per location and the lowest unit numbers', () => {
    const story = new Story(anOrder([{ units: 3 }])).say(reserved(1, 'HAM'), reserved(2, 'BER')).answer()
    expect(story.status).toBe('CONFIRMED')
    expect(story.words).toEqual(['payment-authorized', 'order-confirmed', 'fulfillment-requested', 'fulfillment-requested'])
    expect(story.fulfillments.map(({ location, lines }) => [location, lines[0]?.unitNumbers])).toEqual([
      ['BER', [{ from: 1, to: 2 }]],
      ['HAM', [{ from: 3, to: 3 }]],
    ])
  })

  test('what leaves is charged with the frozen money of exactly its unit numbers, whatever leaves first', () => {
    const money = [run(2, 967n, 184n), run(1, 966n, 183n)]
    const story = new Story(anOrder([{ units: 3, money }])).say(reserved(2, 'BER'), reserved(1, 'HAM')).answer()
    story.dispatch(1).dispatch(0)
    expect(story.file.payment.operations.filter(({ kind }) => kind === 'capture').map(({ amountMinor }) => amountMinor)).toEqual([1149n, 2302n])
    story.answer().deliver(0).deliver(1)
    expect(story.status).toBe('COMPLETED')
    expect(story.file.payment).toMatchObject({ status: 'CAPTURED', capturedMinor: 3451n, authorizedMinor: 3451n })
    expect(story.timers).toEqual([])
  })

  test('channels that took the money need no call', () => {
    const placed = anOrder([{ units: 1 }], { payment: { by: 'channel', capturedMinor: 1190n } })
    const story = new Story(placed).say(reserved(1))
    expect(story.words).toEqual(['order-confirmed', 'fulfillment-requested'])
    story.dispatch(0).deliver(0)
    expect(story.status).toBe('COMPLETED')
    expect(story.file.payment.operations).toEqual([])
  })

  test('an order that costs nothing is confirmed without a payment', () => {
    const story = new Story(anOrder([{ units: 1, money: [run(1, 0n)] }])).say(reserved(1))
    expect(story.status).toBe('CONFIRMED')
    expect(story.dispatch(0).deliver(0).status).toBe('COMPLETED')
    expect(story.file.payment.status).toBe('VOIDED')
  })

  test('delivered before the capture is answered: completed when it is', () => {
    const story = new Story().say(reserved(2)).answer()
    story.dispatch(0).deliver(0)
    expect(story.status).toBe('CONFIRMED')
    expect(story.answer().status).toBe('COMPLETED')
  })
})

describe('promises', () => {
  test('are sold with the confirmation: slot, handling and transit; a backorder by its date', () => {
    const story = new Story(anOrder([{ units: 3 }])).say(reserved(2), backordered(1, '2026-12-10')).answer()
    const confirmed = story.told.find((told) => told.tell === 'order-confirmed')
    expect(confirmed).toEqual({
      tell: 'order-confirmed',
      lines: [
        {
          line: 1,
          promises: [
            { units: 2, backordered: false, availableOn: null, window: { from: '2026-11-24', to: '2026-11-25' } },
            { units: 1, backordered: true, availableOn: '2026-12-10', window: { from: '2026-12-11', to: '2026-12-12' } },
          ],
        },
      ],
    })
  })

  test('move when the date moves by a day or more, once', () => {
    const story = new Story(anOrder([{ units: 1 }])).say(backordered(1, '2026-12-10')).answer()
    const moved = { kind: 'backorder-date-changed' as const, lines: [{ stockedLine: '1.1', units: 1, old: '2026-12-10', new: '2026-12-17', reason: 'supply-moved' }] }
    story.say(moved)
    expect(story.told.at(-1)).toEqual({
      tell: 'promise-changed',
      move: {
        line: 1,
        units: 1,
        old: { from: '2026-12-11', to: '2026-12-12' },
        new: { from: '2026-12-18', to: '2026-12-19' },
        availableOn: '2026-12-17',
        reason: 'supply-moved',
      },
    })
    expect(story.file.process.promises[0]).toMatchObject({ sold: { to: '2026-12-12' }, window: { to: '2026-12-19' } })
    story.say({ kind: 'task-closed', task: 'other', subject: 'x', resolution: '' })
    expect(story.words.filter((word) => word === 'promise-changed')).toHaveLength(1)
  })

  test('are kept as sold when supply comes as expected, and sent with the fulfillment', () => {
    const story = new Story(anOrder([{ units: 2 }])).say(reserved(1), backordered(1, '2026-12-10')).answer()
    story.now = new Date('2026-12-09T10:00:00Z')
    story.say(filled(1))
    expect(story.words).not.toContain('promise-changed')
    expect(story.fulfillments[1]).toMatchObject({ location: 'BER', promise: { from: '2026-12-11', to: '2026-12-12' }, lines: [{ unitNumbers: [{ from: 2, to: 2 }] }] })
  })

  test('are told when a date that was not known becomes known', () => {
    const story = new Story(anOrder([{ units: 1 }])).say(backordered(1, null)).answer()
    expect(story.file.process.promises[0]?.window).toEqual({ from: null, to: null })
    story.say(filled(1))
    expect(story.told.find((told) => told.tell === 'promise-changed')).toMatchObject({ move: { old: { to: null }, new: { to: '2026-11-25' }, reason: 'supply-arrived' } })
  })

  test('wait a little for a lane that is not known yet, then go without a date', () => {
    const story = new Story()
    story.places = { locations: new Map(), lanes: [] }
    story.say(reserved(2)).answer()
    expect(story.status).toBe('PLACED')
    expect(story.timers).toContain('places-unknown')
    for (let asked = 0; asked < 5; asked += 1) story.due('places-unknown')
    expect(story.status).toBe('CONFIRMED')
    expect(story.file.process.promises[0]?.window.to).toBeNull()
  })
})

describe('bundles', () => {
  test('a unit is reserved when all its components are, at one location', () => {
    const story = new Story(anOrder([{ units: 2, perParent: [1, 3] }])).say(reserved(2), reserved(5, 'BER', '1.2'))
    expect(story.quantities()).toMatchObject({ reserved: 1, unanswered: 1 })
    story.say(reserved(1, 'BER', '1.2'))
    expect(story.quantities()).toMatchObject({ reserved: 2, unanswered: 0 })
    story.answer()
    expect(story.fulfillments[0]?.lines[0]?.stocked.map(({ units }) => units)).toEqual([2, 6])
  })

  test('waits for the latest of its components', () => {
    const story = new Story(anOrder([{ units: 2, perParent: [1, 1] }]))
    story.say(backordered(2, '2026-12-10'), reserved(1, 'BER', '1.2'), backordered(1, '2026-12-20', '1.2')).answer()
    expect(story.quantities()).toMatchObject({ backordered: 2, reserved: 0 })
    expect(story.file.process.promises.map(({ availableOn }) => availableOn)).toEqual(['2026-12-10', '2026-12-20'])
  })

  test('a component short: the whole unit waits, its sister goes back', () => {
    const story = new Story(anOrder([{ units: 2, perParent: [1, 1] }])).say(reserved(2), reserved(2, 'BER', '1.2')).answer()
    const { fulfillment } = story.unitsOf(0)
    const stocked = [{ stockedLine: '1.1', units: 1, missing: 1 }, { stockedLine: '1.2', units: 1, missing: 0 }]
    story.say({ kind: 'fulfillment-short-picked', fulfillment, reason: 'bin-empty', lines: [{ line: 1, unitNumbers: [{ from: 2, to: 2 }], stocked }] })
    expect(story.quantities()).toMatchObject({ inFulfillment: 1, unanswered: 1 })
    // inventory moves whole sets
    story.say(releasedUnits(1), releasedUnits(1, 'BER', '1.2'), reserved(1, 'HAM'), reserved(1, 'HAM', '1.2'))
    expect(story.fulfillments[1]).toMatchObject({ location: 'HAM', lines: [{ unitNumbers: [{ from: 2, to: 2 }] }] })
  })
})

describe('when it goes otherwise', () => {
  test('refused by inventory: cancelled, the authorization given back', () => {
    const story = new Story(anOrder([{ units: 2 }])).say(reserved(2)).say({ kind: 'reservation-refused', why: 'no-lane' })
    expect(story.status).toBe('CANCELLED')
    // the authorization was on its way: it is given back when it comes
    story.answer()
    expect(story.words).toEqual(['order-cancelled', 'payment-authorized', 'payment-voided'])
    expect(story.file.payment.status).toBe('VOIDED')
    expect(story.quantities()).toMatchObject({ cancelled: 2, reserved: 0 })
  })

  test('declined for now: the customer has a window to pay another way', () => {
    const story = new Story().say(reserved(2)).answer(no('insufficient-funds', true))
    expect(story.told.at(-1)).toEqual({ tell: 'payment-declined', reason: 'insufficient-funds', until: '2026-11-23T10:30:00.000Z', isFinal: false })
    expect(story.file.payment.status).toBe('REQUIRES_ACTION')
    story.say({ kind: 'way-to-pay-given', token: 'tok_other' }).answer()
    expect(story.status).toBe('CONFIRMED')
    expect(story.timers).not.toContain('payment-window-ended')
  })

  test('no way to pay at all is asked for by link', () => {
    const story = new Story(anOrder([{ units: 1 }], { payment: { by: 'provider', token: null } })).say(reserved(1))
    expect(story.told).toMatchObject([{ tell: 'payment-declined', reason: 'payment-required', isFinal: false }])
    expect(story.say({ kind: 'way-to-pay-given', token: 'tok_ok' }).answer().status).toBe('CONFIRMED')
  })

  test('the window ends: expired', () => {
    const story = new Story().say(reserved(2)).answer(no('insufficient-funds', true)).due('payment-window-ended')
    expect(story.status).toBe('EXPIRED')
    expect(story.words.at(-1)).toBe('order-expired')
    expect(story.file.payment.status).toBe('VOIDED')
    expect(story.timers).toEqual([])
  })

  test('declined for good: expired at once', () => {
    const story = new Story().say(reserved(2)).answer(no('card-declined'))
    expect(story.words).toEqual(['payment-declined', 'order-expired'])
    expect(story.file.payment.status).toBe('DECLINED')
  })

  test('no answer from the provider is not a no: the order ends late, and a late yes is given back', () => {
    const story = new Story().say(reserved(2))
    story.answer((operation) => (operation.status === 'intent' ? { outcome: 'unknown', why: 'timeout' } : undefined))
    story.due('payment-window-ended')
    expect(story.status).toBe('PLACED')
    story.due('payment-window-ended')
    expect(story.status).toBe('EXPIRED')
    story.answer()
    expect(story.file.payment.status).toBe('VOIDED')
    expect(story.words.slice(-2)).toEqual(['payment-authorized', 'payment-voided'])
  })

  test('short picked: what is missing goes from elsewhere, and is not charged twice', () => {
    const story = new Story(anOrder([{ units: 3 }])).say(reserved(3)).answer()
    const { fulfillment } = story.unitsOf(0)
    story.say({
      kind: 'fulfillment-short-picked',
      fulfillment,
      reason: 'bin-empty',
      lines: [{ line: 1, unitNumbers: [{ from: 3, to: 3 }], stocked: [{ stockedLine: '1.1', units: 1, missing: 1 }] }],
    })
    expect(story.quantities()).toMatchObject({ inFulfillment: 2, unanswered: 1 })
    story.say(releasedUnits(1), reserved(1, 'HAM'))
    expect(story.fulfillments[1]).toMatchObject({ location: 'HAM', lines: [{ unitNumbers: [{ from: 3, to: 3 }] }] })
    story.say({ kind: 'shipment-dispatched', fulfillment, lines: [{ line: 1, unitNumbers: [{ from: 1, to: 2 }] }] }).answer()
    expect(story.file.payment.capturedMinor).toBe(2380n)
    story.say({ kind: 'shipment-delivered', fulfillment, lines: [{ line: 1, unitNumbers: [{ from: 1, to: 2 }] }] })
    expect(story.dispatch(1).answer().deliver(1).status).toBe('COMPLETED')
    expect(story.file.payment.capturedMinor).toBe(3570n)
  })

  test('short picked and nothing left: backordered, and the customer hears of it', () => {
    const story = new Story(anOrder([{ units: 1 }])).say(reserved(1)).answer()
    const { fulfillment } = story.unitsOf(0)
    story.say(
      releasedUnits(1),
      backordered(1, '2026-12-10'),
      { kind: 'fulfillment-short-picked', fulfillment, reason: 'bin-empty', lines: [{ line: 1, unitNumbers: [{ from: 1, to: 1 }], stocked: [{ stockedLine: '1.1', units: 1, missing: 1 }] }] },
    )
    expect(story.quantities()).toMatchObject({ backordered: 1 })
    expect(story.told.at(-1)).toMatchObject({ tell: 'promise-changed', move: { old: { to: '2026-11-25' }, new: { to: '2026-12-12' } } })
  })

  test.each(['fulfillment-rejected', 'shipment-plan-refused'] as const)('%s: the units wait for inventory again', (kind) => {
    const story = new Story().say(reserved(2)).answer()
    story.say({ kind, fulfillment: story.unitsOf(0).fulfillment, why: 'closed' })
    expect(story.quantities()).toMatchObject({ unanswered: 2, inFulfillment: 0 })
    expect(story.timers).toContain('stock-answer-overdue')
    story.due('stock-answer-overdue')
    expect(story.tasks).toEqual(['stock-answer-overdue'])
    story.say(releasedUnits(2), reserved(2, 'HAM'))
    expect(story.fulfillments[1]).toMatchObject({ location: 'HAM' })
    expect(story.tasks).toEqual([])
  })

  test('a capture is tried five times; then the rest stands still and an agent is asked', () => {
    const story = new Story(anOrder([{ units: 2 }])).say(reserved(1, 'BER'), reserved(1, 'HAM')).answer()
    story.dispatch(0).answer(no('card-blocked', true))
    expect(story.file.payment.operations.filter(({ kind }) => kind === 'capture')).toHaveLength(5)
    expect(story.words.slice(-2)).toEqual(['capture-failed', 'hold-applied'])
    expect(story.tasks).toEqual(['capture-failed'])
    const { fulfillment } = story.unitsOf(0)
    story.say({ kind: 'task-closed', task: 'capture-failed', subject: fulfillment, resolution: 'the customer called the bank' })
    expect(story.file.process.hold).not.toBeNull()
    story.answer()
    expect(story.words.slice(-2)).toEqual(['payment-captured', 'hold-lifted'])
    expect(story.deliver(0).dispatch(1).answer().deliver(1).status).toBe('COMPLETED')
  })

  test('a capture that is written off ends the order without its money', () => {
    const story = new Story().say(reserved(2)).answer().dispatch(0).deliver(0).answer(no('card-blocked'))
    expect(story.status).toBe('CONFIRMED')
    expect(story.words).not.toContain('hold-applied')
    story.say({ kind: 'task-closed', task: 'capture-failed', subject: story.unitsOf(0).fulfillment, resolution: 'written-off' }).answer()
    expect(story.status).toBe('COMPLETED')
    expect(story.file.payment).toMatchObject({ status: 'VOIDED', capturedMinor: 0n })
  })

  test('nothing is requested while the order is held', () => {
    const story = new Story(anOrder([{ units: 2 }])).say(reserved(1), backordered(1, '2026-12-10')).answer().dispatch(0).answer(no('card-blocked'))
    story.say(filled(1))
    expect(story.fulfillments).toHaveLength(1)
    expect(story.quantities()).toMatchObject({ reserved: 1 })
    story.say({ kind: 'task-closed', task: 'capture-failed', subject: story.unitsOf(0).fulfillment, resolution: 'paid' }).answer()
    expect(story.fulfillments).toHaveLength(2)
  })

  test('lost on the way: counted, and an agent is asked before the order is complete', () => {
    const story = new Story().say(reserved(2)).answer().dispatch(0).answer()
    story.say({ kind: 'shipment-failed', ...story.unitsOf(0), outcome: 'lost', reason: 'no scan for 14 days' })
    expect(story.quantities()).toMatchObject({ shipped: 2, lost: 2 })
    expect(story.status).toBe('CONFIRMED')
    story.say({ kind: 'task-closed', task: 'shipment-failed', subject: story.unitsOf(0).fulfillment, resolution: 'claimed' })
    expect(story.told.at(-1)).toEqual({ tell: 'order-completed', deliveredUnits: 0, cancelledUnits: 0, lostUnits: 2 })
  })

  test('an authorization is renewed before it runs out while units wait; the old one is given back', () => {
    const story = new Story(anOrder([{ units: 2 }])).say(reserved(1), backordered(1, '2026-12-30')).answer().dispatch(0).answer()
    story.due('authorization-expiring')
    expect(story.now.toISOString()).toBe('2026-12-19T10:00:00.000Z')
    const renewing: typeof yes = (operation) => {
      const answer = yes(operation)
      return answer?.outcome === 'succeeded' && operation.kind === 'renew' ? { ...answer, expiresAt: new Date('2027-01-20T10:00:00Z') } : answer
    }
    story.answer(renewing)
    expect(story.file.payment).toMatchObject({ authorizedMinor: 2380n, capturedMinor: 1190n, status: 'PARTIALLY_CAPTURED' })
    expect(story.file.payment.authorizations.map(({ amountMinor, isClosed }) => [amountMinor, isClosed])).toEqual([[2380n, true], [1190n, false]])
    story.say(filled(1)).dispatch(1).answer().deliver(0).deliver(1)
    expect(story.status).toBe('COMPLETED')
    expect(story.file.payment).toMatchObject({ status: 'CAPTURED', capturedMinor: 2380n })
  })

  test('an authorization that is renewed when all has been captured meanwhile is given back itself', () => {
    const story = new Story(anOrder([{ units: 1 }])).say(reserved(1)).answer().due('authorization-expiring').dispatch(0)
    story.answer((operation) => (operation.kind === 'capture' ? yes(operation) : undefined))
    const asked: unknown[] = []
    story.answer((operation) => {
      asked.push([operation.kind, operation.authorization])
      return yes(operation)
    })
    const late = story.file.payment.authorizations.at(-1)
    expect(asked).toEqual([['renew', null], ['void', late?.reference]])
    expect(openOperations(story.file.payment)).toEqual([])
    expect(story.file.payment).toMatchObject({ status: 'CAPTURED', authorizedMinor: 1190n, capturedMinor: 1190n })
    expect(late).toMatchObject({ isClosed: true, capturedMinor: 0n })
  })

  test('an authorization that cannot be renewed holds the order until the customer pays another way', () => {
    const story = new Story(anOrder([{ units: 2 }])).say(reserved(1), backordered(1, '2026-12-30')).answer()
    story.due('authorization-expiring').answer(no('card-expired'))
    expect(story.file.process.hold).not.toBeNull()
    expect(story.tasks).toContain('authorization-lost')
    story.say({ kind: 'way-to-pay-given', token: 'tok_new' }).answer()
    expect(story.file.process.hold).toBeNull()
    expect(story.tasks).not.toContain('authorization-lost')
  })

  test('late facts in a final state change quantities, never the status', () => {
    const story = new Story().say(reserved(2)).answer().dispatch(0).answer()
    story.say({ kind: 'shipment-failed', ...story.unitsOf(0), outcome: 'lost', reason: 'late' })
    story.say({ kind: 'task-closed', task: 'shipment-failed', subject: story.unitsOf(0).fulfillment, resolution: 'claimed' })
    expect(story.status).toBe('COMPLETED')
    story.deliver(0)
    expect(story.status).toBe('COMPLETED')
    expect(story.quantities()).toMatchObject({ delivered: 2, lost: 0 })
  })

  test('a backorder that is late becomes a task, and again a day after somebody closed it', () => {
    const story = new Story(anOrder([{ units: 1 }])).say(backordered(1, '2026-12-10')).answer().due('backorder-overdue')
    expect([story.now.toISOString(), story.tasks]).toEqual(['2026-12-13T00:00:00.000Z', ['backorder-overdue']])
    story.say({ kind: 'task-closed', task: 'backorder-overdue', subject: story.file.terms.order, resolution: 'supplier called' })
    expect([story.tasks, story.file.process.timers['backorder-overdue']]).toEqual([[], '2026-12-14T00:00:00.000Z'])
    expect(story.due('backorder-overdue').tasks).toEqual(['backorder-overdue'])
  })

  test('a location is late by its own request, not by the first one of the order', () => {
    const story = new Story(anOrder([{ units: 2 }])).say(reserved(1), backordered(1, '2026-12-10')).answer()
    const first = story.now.getTime()
    const isDue = (): number => new Date(story.file.process.timers['dispatch-overdue'] ?? 0).getTime()
    const allowed = isDue() - first
    expect(allowed).toBeGreaterThan(0)
    story.now = new Date(first + allowed / 2)
    story.say(filled(1))
    expect(isDue()).toBe(first + allowed)
    story.dispatch(0)
    expect(isDue()).toBe(first + allowed / 2 + allowed)
  })

  test('every overdue wait becomes a task, and the task is closed when it goes on', () => {
    const story = new Story().say(reserved(2)).answer().due('dispatch-overdue')
    expect(story.effects.filter((effect) => effect.do === 'open-task')).toMatchObject([{ kind: 'dispatch-overdue', owner: 'operator' }])
    story.dispatch(0)
    expect(story.tasks).toEqual([])
    expect(story.effects.filter((effect) => effect.do === 'close-task')).toHaveLength(1)
  })
})
