import { describe, expect, it } from '@jest/globals'
import { businessDate } from '@waybill/kernel'
import { aBin, aShelf, BER, content, NOW, productId } from '../../test/samples.js'
import { chooseLots, isFresh, type Freshness, type Need } from './choose-lots.js'

const freshness: Freshness = { shipOn: businessDate('2026-11-24'), transitDays: 3, minimumRemainingDays: 30 }
const bins = new Map([aBin('A1', { walkPosition: 1 }), aBin('A2', { walkPosition: 2 }), aBin('RECEIVING', { kind: 'receiving', walkPosition: 1e6 }), aBin('BLOCKED', { kind: 'blocked' })].map((bin) => [bin.code, bin]))
const need = (units: number, over: Partial<Need> = {}): Need => ({ location: BER, product: productId('P'), units, freshness, zone: 'Europe/Berlin', notFrom: new Set(), ...over })
const lots = (shelf = aShelf(), wanted = need(1)) => chooseLots(shelf, bins, wanted).choices.map(({ content: { bin, lot }, units }) => [bin, lot, units])
const lot = (name: string, expiresOn: string) => ({ lot: name, expiresOn: businessDate(expiresOn) })

describe('the lot to pick', () => {
  it('is good through its last day after the journey and the promised remaining days', () => {
    expect(isFresh(businessDate('2026-12-27'), freshness)).toBe(true)
    expect(isFresh(businessDate('2026-12-26'), freshness)).toBe(false)
    expect(isFresh(null, freshness)).toBe(true)
  })

  it('is the one that expires first, even if another is nearer', () => {
    const shelf = aShelf(content('A1', 5, lot('LATE', '2027-05-01')), content('RECEIVING', 5, lot('SOON', '2027-01-01')))
    expect(lots(shelf, need(7))).toEqual([['RECEIVING', 'SOON', 5], ['A1', 'LATE', 2]])
  })

  it('is, of the same expiry, the one received on an earlier day, then the one in the nearer bin', () => {
    const older = new Date(NOW.getTime() - 2 * 86_400_000)
    expect(lots(aShelf(content('A1', 5), content('A2', 5, { receivedAt: older })))).toEqual([['A2', null, 1]])
    expect(lots(aShelf(content('A2', 5), content('A1', 5, { receivedAt: new Date(NOW.getTime() + 60_000) })))).toEqual([['A1', null, 1]])
  })

  it('is never blocked, too old, assigned to somebody else, or in a bin that was found empty', () => {
    const shelf = aShelf(content('A1', 5, { blocked: true }), content('BLOCKED', 5), content('A2', 5, { ...lot('OLD', '2026-12-01') }), content('RECEIVING', 3, { assigned: 2 }))
    expect(chooseLots(shelf, bins, need(4))).toMatchObject({ choices: [{ content: { bin: 'RECEIVING' }, units: 1 }], missing: 3 })
    expect(chooseLots(aShelf(content('A1', 5)), bins, need(1, { notFrom: new Set(['A1']) })).missing).toBe(1)
  })
})
