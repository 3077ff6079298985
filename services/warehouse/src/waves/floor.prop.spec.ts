import { describe, expect, it } from '@jest/globals'
import { mayBecome } from '@waybill/kernel'
import fc from 'fast-check'
import { aBin, aFulfillment, aGround, aProduct, aShelf, BER, content, productId } from '../../test/samples.js'
import { systemBins } from '../bins/bin.js'
import { become, fulfillmentTransitions, stockedLinesOf, wanted } from '../fulfillments/fulfillment.js'
import { callOff } from '../picking/call-off.js'
import { pick, reportDamage, reportShort, skip } from '../picking/pick.js'
import { inTote, isOpen, leftToPick, pickTaskTransitions } from '../picking/pick-task.js'
import { Walk } from '../picking/walk.js'
import { startWave } from './start-wave.js'

const products = ['A', 'B', 'C'].map((product) => aProduct({ product }))
const bins = [...['A1', 'A2', 'B1'].map((code, index) => aBin(code, { walkPosition: index, aisle: code.slice(0, 1), bay: index })), ...systemBins(BER)]

const lines = fc.array(fc.record({ units: fc.integer({ min: 1, max: 4 }), pieces: fc.dictionary(fc.constantFrom('A', 'B', 'C'), fc.integer({ min: 1, max: 2 }), { minKeys: 1 }) }), { minLength: 1, maxLength: 2 })
const stock = fc.array(fc.record({ bin: fc.constantFrom('A1', 'A2', 'B1', 'RECEIVING', 'DISCREPANCY'), product: fc.constantFrom('A', 'B', 'C'), units: fc.integer({ min: 1, max: 8 }) }), { maxLength: 9 })
const action = fc.record({ at: fc.nat(), what: fc.constantFrom('pick', 'pick', 'pick', 'short', 'damage', 'skip', 'call-off'), part: fc.double({ min: 0, max: 1, noNaN: true }) })

describe('whatever happens on a walk', () => {
  it('units are in a bin, in the tote, or told as gone; bundles stay whole; statuses follow their tables; it always ends', () => {
    fc.assert(fc.property(lines, stock, fc.array(action, { maxLength: 25 }), fc.boolean(), (wants, rows, actions, stopWaiting) => {
      const contents = [...new Map(rows.map(({ bin, product, units }) => [`${bin}${product}`, content(bin, units, { product: productId(product) })])).values()]
      const total = contents.reduce((sum, { units }) => sum + units, 0)
      const shelf = aShelf(...contents)
      const held = (): number => products.flatMap(({ product }) => shelf.of(BER, product)).reduce((sum, { units }) => sum + units, 0)
      const fulfillment = aFulfillment(wants)
      const { walks, lists, waiting } = startWave('wave', [{ fulfillment, ground: aGround(fulfillment, bins, products), stopWaiting }], shelf, 8)
      const [started] = walks
      if (!started) {
        expect(waiting).toEqual([fulfillment])
        expect(products.flatMap(({ product }) => shelf.of(BER, product)).every(({ assigned }) => assigned === 0)).toBe(true)
        return
      }
      const inWave = started.fulfillment
      const open = started.tasks.filter(isOpen)
      expect(open.every(({ list }) => list === lists[0]?.id)).toBe(true)
      const picking = inWave.status === 'IN_WAVE' ? become(inWave, 'PICKING', started.ground.now, started.ground.cause).fulfillment : inWave
      const walk = new Walk(picking, started.tasks.map((task) => (isOpen(task) ? { ...task, status: 'ASSIGNED' as const } : task)), shelf, started.ground)
      let position = 1_000_000

      const act = ({ at, what, part }: { at: number; what: string; part: number }): void => {
        const left = walk.tasks.filter(isOpen)
        const task = left[at % Math.max(1, left.length)]
        if (!task || walk.fulfillment.status !== 'PICKING') return
        const units = Math.max(1, Math.ceil(leftToPick(task) * part))
        if (what === 'pick') pick(walk, task.id, units)
        else if (what === 'short') reportShort(walk, task.id, 'bin-empty')
        else if (what === 'damage') reportDamage(walk, task.id, units, 'broken', 'picker:pia')
        else if (what === 'skip') skip(walk, task.id, (position += 1_000))
        else callOff(walk)
      }
      actions.forEach(act)
      for (let rounds = 0; walk.fulfillment.status === 'PICKING'; rounds++) {
        expect(rounds).toBeLessThan(200)
        act({ at: 0, what: 'pick', part: 1 })
      }

      const facts = [...started.facts, ...walk.facts]
      const writtenOff = facts.flatMap((fact) => (fact.fact === 'short-picked' ? fact.writtenOff : [])).reduce((sum, { units }) => sum + units, 0)
      const inHand = walk.tasks.reduce((sum, task) => sum + inTote(task), 0)
      expect(held() + inHand + writtenOff).toBe(total)
      expect(stockedLinesOf(walk.fulfillment).reduce((sum, { picked }) => sum + picked, 0)).toBe(inHand)
      const rest = products.flatMap(({ product }) => shelf.of(BER, product))
      expect(rest.every(({ assigned, units }) => assigned === 0 && units >= 0)).toBe(true)
      const missing = facts.flatMap((fact) => (fact.fact === 'short-picked' ? fact.lines : [])).flatMap(({ stocked }) => stocked).reduce((sum, each) => sum + each.missing, 0)
      expect(writtenOff).toBeLessThanOrEqual(missing)

      expect(walk.tasks.every(({ status, units, picked }) => (status === 'PICKED' ? units === picked : status === 'SHORT' || picked === 0))).toBe(true)
      expect(['PICKED', 'SHORT', 'CANCELLED']).toContain(walk.fulfillment.status)
      if (walk.fulfillment.status === 'PICKED') {
        for (const line of stockedLinesOf(walk.fulfillment)) expect(line.picked).toBe(wanted(line))
        expect(facts.filter(({ fact }) => fact === 'picked')).toHaveLength(1)
      } else expect(inHand).toBe(0)
      for (const { from, to } of [...started.steps, ...walk.steps]) if (from !== null) expect([from, to, mayBecome(fulfillmentTransitions, from, to)]).toEqual([from, to, true])
      for (const { from, to } of [...started.taskSteps, ...walk.taskSteps]) if (from !== null) expect([from, to, mayBecome(pickTaskTransitions, from, to)]).toEqual([from, to, true])
    }), { numRuns: 500 })
  })
})
