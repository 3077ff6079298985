import { describe, expect, it } from '@jest/globals'
import { terminalStates, unreachableStates } from '@waybill/kernel'
import fc from 'fast-check'
import { afterSending, mayBeSent } from './after-sending.js'
import type { Sending } from './mailer.js'
import { messageTransitions } from './message.js'

const now = new Date('2026-11-23T10:00:00Z')
const rules = { retryFirstMs: 10_000, mailPatienceMs: 86_400_000 }
const fresh = { tries: 0, maybeSent: 0, createdAt: now }

describe('after an attempt to send', () => {
  it('accepted is sent, refused is failed', () => {
    expect(afterSending(fresh, { sending: 'accepted' }, now, rules)).toEqual({ status: 'SENT' })
    expect(afterSending(fresh, { sending: 'refused', why: '550' }, now, rules)).toEqual({ status: 'FAILED', why: '550' })
  })

  it('not now is tried again, later and later, for a day', () => {
    const at = (tries: number) => afterSending({ ...fresh, tries }, { sending: 'later', why: '451' }, now, rules)
    expect(at(0)).toMatchObject({ status: 'QUEUED', at: new Date(now.getTime() + 10_000) })
    expect(at(3)).toMatchObject({ at: new Date(now.getTime() + 80_000) })
    expect(at(60)).toMatchObject({ at: new Date(now.getTime() + 3_600_000) })
    expect(afterSending({ ...fresh, createdAt: new Date(now.getTime() - 86_400_000) }, { sending: 'later', why: '451' }, now, rules)).toEqual({ status: 'FAILED', why: '451' })
  })

  it('uncertain is tried once more, and then left to a person', () => {
    const first = afterSending(fresh, { sending: 'uncertain', why: 'cut' }, now, rules)
    expect(first).toMatchObject({ status: 'QUEUED', maybeSent: 1 })
    expect(afterSending({ ...fresh, maybeSent: 1 }, { sending: 'uncertain', why: 'cut' }, now, rules)).toMatchObject({ status: 'UNKNOWN', maybeSent: 2 })
  })

  it('never are there more than two copies, whatever happens', () => {
    const outcome = fc.constantFrom<Sending['sending'] | 'crash after it went out'>('accepted', 'later', 'refused', 'uncertain', 'crash after it went out')
    fc.assert(
      fc.property(fc.array(outcome, { maxLength: 20 }), (outcomes) => {
        let [maybeSent, crashes, copies, tries] = [0, 0, 0, 0]
        for (const what of outcomes) {
          if (!mayBeSent(maybeSent + crashes)) break
          if (what === 'crash after it went out') {
            copies += 1
            crashes += 1
            continue
          }
          if (what === 'accepted' || what === 'uncertain') copies += 1
          const sending: Sending = what === 'accepted' ? { sending: what } : { sending: what, why: '' }
          const next = afterSending({ tries: tries++, maybeSent: maybeSent + crashes, createdAt: now }, sending, now, rules)
          crashes = 0
          if (next.status !== 'QUEUED') break
          maybeSent = next.maybeSent
        }
        expect(copies).toBeLessThanOrEqual(2)
      }),
    )
  })
})

it('every status of a message is reached, and SENT and DROPPED are its ends', () => {
  expect(unreachableStates(messageTransitions, 'AWAITING_DETAILS')).toEqual([])
  expect(terminalStates(messageTransitions).sort()).toEqual(['DROPPED', 'SENT'])
})
