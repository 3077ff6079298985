import { createServer, type Server } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { HttpNeighbours } from './http-neighbours.js'

let busy: Server
let neighbours: HttpNeighbours

beforeAll(async () => {
  busy = createServer((request, response) => response.writeHead(503, { 'retry-after': '2', 'content-type': 'application/problem+json', 'x-other': 'stays' }).end(request.method === 'HEAD' ? undefined : '{}'))
  await once(busy.listen(0, '127.0.0.1'), 'listening')
  neighbours = new HttpNeighbours(new Map([['order', `http://127.0.0.1:${(busy.address() as AddressInfo).port}`]]))
})
afterAll(() => void busy.close())

test.each(['GET', 'HEAD', 'POST'])('a neighbour that is busy says when to come back, to %s too', async (method) => {
  const answer = await neighbours.ask('order', { method, path: '/v1/orders', headers: {}, body: '{}' })
  expect(answer).toMatchObject({ status: 503, headers: { 'retry-after': '2', 'content-type': 'application/problem+json' } })
  expect(answer?.headers).not.toHaveProperty('x-other')
})

test('nobody of that name is no neighbour', async () => {
  expect(await neighbours.ask('nobody', { method: 'GET', path: '/', headers: {} })).toBeUndefined()
})
