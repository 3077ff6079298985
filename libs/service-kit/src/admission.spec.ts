import { describe, expect, it } from '@jest/globals'
import { admitWork } from './admission.js'

const load = (eventLoopDelayMs: number, waitingForDatabase: number) => () => admitWork({ eventLoopDelayMs: () => eventLoopDelayMs, waitingForDatabase: () => waitingForDatabase })

describe('new work', () => {
  it('is let in while the process keeps up', () => expect(load(250, 49)).not.toThrow())
  it('is turned away, to come again, while the event loop is behind', () => expect(load(251, 0)).toThrow(expect.objectContaining({ code: 'overloaded', headers: { 'Retry-After': '2' } })))
  it('is turned away while too much waits for the database', () => expect(load(0, 50)).toThrow(expect.objectContaining({ code: 'overloaded' })))
})
