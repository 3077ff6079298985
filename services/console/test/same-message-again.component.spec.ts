import { beforeAll, expect, it } from '@jest/globals'
import { consumers, type EventDefinition } from '@waybill/contracts'
import { newId } from '@waybill/service-kit'
import { effectsIn, eventually, exampleOf, keptAtRest, namespace, taken, type StartedService } from '@waybill/testing'
import { service } from '../src/service.js'

const ns = await namespace()
const handled = consumers['console.main']!.handles
let replicas: [StartedService, StartedService]

beforeAll(async () => {
  const database = await ns.database(service)
  replicas = [await ns.start(service, { database }), await ns.start(service, { database })]
})

const publish = (event: EventDefinition, order: string): Promise<string> => {
  const payload = exampleOf(event as EventDefinition<Record<string, string>>, event.topic.key === 'order' ? { order } : {})
  const key = event.topic.noun === 'lane' ? 'BER:DE' : (payload[event.topic.key] as string)
  return ns.publish(event as EventDefinition<object>, { key, subject: event.topic.sequenced ? newId() : key, payload })
}

const takenAll = (outcome: string, each: number) =>
  eventually(async () => {
    const counts = await taken(replicas, outcome)
    expect(handled.filter(({ type }) => (counts.get(type) ?? 0) < each).map(({ name }) => name)).toEqual([])
  }, 60_000)

it('every fact of its list again, alone and three at once over two replicas: the board and the timelines stay as they are', async () => {
  const before = await keptAtRest(replicas[0].database)
  const order = newId()
  const published: string[] = []
  for (const event of handled) published.push(await publish(event, order))
  await takenAll('fresh', 1)
  const once = await keptAtRest(replicas[0].database)
  const changed = Object.keys(once).filter((table) => JSON.stringify(effectsIn(once)[table]) !== JSON.stringify(effectsIn(before)[table]))
  expect([changed, once['public.fact']?.length]).toEqual([['public.fact', 'public.order_view', 'public.task_view'], handled.length])
  // backwards: what came first is heard again last
  for (const eventId of published.toReversed()) await ns.publishAgain(eventId)
  await Promise.all(published.map((eventId) => ns.publishAgain(eventId, 3)))
  await takenAll('seen', 4)
  expect(await keptAtRest(replicas[0].database)).toEqual(once)
}, 150_000)
