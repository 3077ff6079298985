import { describe, expect, test } from '@jest/globals'
import { anOrder, no, reserved, run, Story } from '../../test/support/order-story.js'
import type { OrderFact } from '../order-process/facts.js'

const paid = (money = [run(2, 967n, 184n, 50n), run(1, 966n, 183n, 50n)]) =>
  new Story(anOrder([{ units: 3, money }])).say(reserved(3)).answer().dispatch(0).answer().deliver(0)

const asked = (from: number, to: number, differs: Partial<Extract<OrderFact, { kind: 'refund-requested' }>['request']> = {}): OrderFact => ({
  kind: 'refund-requested',
  request: { returnId: '01938b1e-7c00-7000-8000-000000000005', lines: [{ line: 1, unitNumbers: [{ from, to }] }], fees: [], refundShipping: false, ...differs },
})

const refundOf = (story: Story) => story.told.flatMap((told) => (told.tell === 'payment' && told.fact.kind === 'payment-refunded' ? [told.fact.amountMinor] : []))

describe('a refund', () => {
  test('is the frozen net and tax of exactly these units; shipping by the flag', () => {
    expect(refundOf(paid().say(asked(1, 1)).answer())).toEqual([1151n])
    expect(refundOf(paid().say(asked(3, 3)).answer())).toEqual([1149n])
    expect(refundOf(paid().say(asked(1, 1, { refundShipping: true })).answer())).toEqual([1201n])
  })

  test.each([
    ['the percentage of the net', [{ fixedMinor: 0n, percent: 15 }], 1151n - 145n],
    ['the fixed amount where that is more', [{ fixedMinor: 300n, percent: 15 }], 851n],
    ['never more than the net', [{ fixedMinor: 5000n, percent: 0 }], 184n],
    ['never more than the net, all fees together', [{ fixedMinor: 800n, percent: 0 }, { fixedMinor: 800n, percent: 0 }], 184n],
  ])('keeps back %s', (_name, fees, amountMinor) => {
    expect(refundOf(paid().say(asked(1, 1, { fees })).answer())).toEqual([amountMinor])
  })

  test('gives no unit back twice', () => {
    const story = paid().say(asked(1, 2)).answer().say(asked(2, 3)).answer().say(asked(1, 3)).answer()
    expect(refundOf(story)).toEqual([2302n, 1149n])
    expect(story.told.at(-1)).toMatchObject({ fact: { kind: 'refund-failed', reason: 'already-refunded' } })
  })

  test('waits for a capture that is still open, and never gives more than was captured', () => {
    const story = new Story(anOrder([{ units: 1 }])).say(reserved(1)).answer().dispatch(0).deliver(0)
    story.say(asked(1, 1))
    expect(story.file.payment.refunds).toMatchObject([{ status: 'waiting' }])
    story.answer()
    expect(refundOf(story)).toEqual([1190n])
    expect(story.file.payment).toMatchObject({ capturedMinor: 1190n, refundedMinor: 1190n })
  })

  test('of units that have not left waits until they have, and were charged', () => {
    const story = new Story(anOrder([{ units: 1 }])).say(reserved(1)).answer().say(asked(1, 1)).answer()
    expect([refundOf(story), story.file.payment.refunds]).toMatchObject([[], [{ status: 'waiting' }]])
    story.dispatch(0).answer().answer()
    expect(refundOf(story)).toEqual([1190n])
  })

  test('of units that will never leave is refused', () => {
    const story = new Story(anOrder([{ units: 1 }])).say(asked(1, 1), { kind: 'reservation-refused', why: 'no-lane' })
    expect(story.told.at(-1)).toMatchObject({ fact: { kind: 'refund-failed', amountMinor: 0n, reason: 'not-shipped' } })
  })

  test('that the provider refuses is tried again, then told, and again when a person says so', () => {
    const story = paid().say(asked(1, 1)).answer(no('account-closed'))
    expect(story.told.at(-1)).toMatchObject({ fact: { kind: 'refund-failed', amountMinor: 1151n, reason: 'account-closed' } })
    expect(story.effects.filter((effect) => effect.do === 'open-task').at(-1)).toMatchObject({ kind: 'refund-failed', owner: 'agent' })
    const { subject } = story.file.process.tasks[0] ?? { subject: '' }
    story.say({ kind: 'task-closed', task: 'refund-failed', subject, resolution: 'new account' }).answer()
    expect(refundOf(story)).toEqual([1151n])
  })

  test('of an order that a channel was paid for is the channel\'s to give', () => {
    const placed = anOrder([{ units: 1 }], { payment: { by: 'channel', capturedMinor: 1190n } })
    const story = new Story(placed).say(reserved(1)).dispatch(0).deliver(0).say(asked(1, 1))
    expect(story.told.at(-1)).toMatchObject({ fact: { kind: 'channel-refund-due', amountMinor: 1190n } })
    expect(story.file.payment).toMatchObject({ refundedMinor: 1190n, operations: [] })
  })

  test('falls on the authorizations that were charged', () => {
    const story = new Story(anOrder([{ units: 2 }])).say(reserved(1), { kind: 'stock-backordered', lines: [{ stockedLine: '1.1', units: 1, availableOn: '2026-12-30' }] })
    story.answer().dispatch(0).answer().due('authorization-expiring').answer()
    story.say({ kind: 'backorder-filled', lines: [{ stockedLine: '1.1', units: 1, location: 'BER' }] }).dispatch(1).answer().deliver(0).deliver(1)
    story.say(asked(1, 2))
    expect(story.file.payment.operations.filter(({ kind }) => kind === 'refund').map(({ amountMinor }) => amountMinor)).toEqual([1190n, 1190n])
    story.answer()
    expect(refundOf(story)).toEqual([2380n])
  })
})
