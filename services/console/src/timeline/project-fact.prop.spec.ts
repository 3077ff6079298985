import { describe, expect, it } from '@jest/globals'
import { allEvents, type EventDefinition } from '@waybill/contracts'
import type { JsonObject } from '@waybill/kernel'
import fc from 'fast-check'
import { describeFact } from './describe-fact.js'
import type { OrderView } from './order-view.js'
import { projectFact } from './project-fact.js'
import type { ToldFact } from './told-fact.js'

const ORDER = '01938b1e-7c00-7000-8000-000000000001'
const told = (event: EventDefinition, index: number): ToldFact => ({
  eventId: `e${index}`,
  topic: event.topic.name,
  type: event.type,
  name: event.name,
  subject: ORDER,
  sequence: index + 1,
  order: ORDER,
  at: `2026-11-23T10:00:00.${String(index).padStart(6, '0')}Z`,
  actor: 'service:order',
  payload: event.example as JsonObject,
})
const facts = allEvents.filter(({ topic }) => !topic.personal && topic.noun !== 'control').map(told)
const project = (some: readonly ToldFact[]): OrderView | undefined => some.reduce<OrderView | undefined>(projectFact, undefined)

describe('the board', () => {
  it('is the same whatever order the facts of different topics came in', () => {
    // promises, ends and confirmation come on one topic with one key: their order among themselves is kept by Kafka
    const isOfOrderTopic = ({ topic }: ToldFact) => topic === 'oms.order.v1'
    fc.assert(
      fc.property(fc.shuffledSubarray(facts, { minLength: facts.length }), (shuffled) => {
        const inTopicOrder = facts.filter(isOfOrderTopic)
        const arrived = shuffled.map((fact) => (isOfOrderTopic(fact) ? (inTopicOrder.shift() as ToldFact) : fact))
        expect(project(arrived)).toEqual(project(facts))
      }),
    )
  })

  it('shows an order that ended as ended, whatever is told later', () => {
    const named = (name: string) => facts.find((fact) => fact.name === name) as ToldFact
    expect(project([named('OrderPlaced'), named('OrderExpired'), named('StockReleased'), named('OrderConfirmed')])?.status).toBe('expired')
  })

  it('counts what waits for supply', () => {
    const named = (name: string) => facts.find((fact) => fact.name === name) as ToldFact
    expect(project([named('StockBackordered')])?.backorderedUnits).toBe(1)
    expect(project([named('StockBackordered'), named('BackorderFilled')])?.backorderedUnits).toBe(0)
  })
})

describe('the timeline', () => {
  it.each(facts.filter(({ topic }) => !['oms.product.v1', 'oms.location.v1', 'oms.lane.v1', 'oms.stock.v1', 'oms.channel.replies.v1'].includes(topic)).map((fact) => [fact.name, fact] as const))(
    'tells %s in words',
    (name, fact) => {
      const { what } = describeFact(fact)
      expect(what).not.toBe(name)
      expect(what).not.toContain('?')
      expect(what).not.toContain('undefined')
    },
  )

  it('gives the reason where there is one', () => {
    expect(describeFact({ ...(facts.find(({ name }) => name === 'ShipmentPlanRefused') as ToldFact) }).why).toContain('mode-forbidden')
    expect(describeFact({ ...(facts.find(({ name }) => name === 'OrderCancelled') as ToldFact) }).why).toContain('no location can send')
  })
})
