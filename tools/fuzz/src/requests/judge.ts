import { problemCodes, type ProblemCode } from '@waybill/service-kit'
import { fits, type Schema } from '../schema.js'
import type { Route } from './routes.js'
import type { Sent, WireRequest } from './wire.js'

/** What is wrong with an answer. */
export interface Fault {
  /** In one word: the same word on the same route is the same fault. */
  readonly kind: string
  readonly what: string
}

/** Within seconds, on a machine that other work shares. */
const SLOW_MS = 15_000

/** A refusal has one of these statuses although its code's own is another: what cannot be read as a body, and as a file. */
const otherStatuses: Readonly<Partial<Record<ProblemCode, readonly number[]>>> = { 'invalid-encoding': [422] }

/** What nobody outside may see: places in our code, words of the database. */
const inward = /node_modules|\bat [\w.<>]+ \(|\.(?:js|ts):\d+|violates .* constraint|syntax error at|relation "|column "|invalid input syntax/

/** Turned away because it is busy: right at times, wrong as a habit. */
export const isTurnedAway = (sent: Sent): boolean => 'answer' in sent && sent.answer.status === 503 && sent.answer.headers['retry-after'] !== undefined

export function faultOf(route: Route, wire: WireRequest, sent: Sent): Fault | undefined {
  if ('silence' in sent) return faultOfSilence(wire, sent)
  const { answer, ms } = sent
  const fault = (kind: string, what: string): Fault => ({ kind, what: `${answer.status} ${what}: ${answer.body.toString().slice(0, 600)}` })
  if (answer.status >= 500 && !isTurnedAway(sent)) return fault(String(answer.status), 'is our failure')
  if (ms > SLOW_MS) return fault('slow', `after ${Math.round(ms)} ms`)
  // an answer to HEAD has no body
  if (wire.method === 'HEAD') return undefined
  if (answer.status < 400) return faultOfSuccess(route, answer.status, answer.headers['content-type'] ?? '', answer.body, fault)
  const type = answer.headers['content-type'] ?? ''
  // pages are for people, and so is what they say when a link is wrong
  if (isPage(route) && type.startsWith('text/html')) return undefined
  return faultOfRefusal(answer.status, type, answer.body, wire, fault)
}

const isPage = ({ path }: Route): boolean => !/^\/(?:v1|ops|health|dev)\//.test(path)

/** A request that is no HTTP, or that we cut, may be left without an answer; every other one gets one. */
function faultOfSilence({ framing }: WireRequest, sent: Extract<Sent, { silence: string }>): Fault | undefined {
  if (sent.silence === 'late') return { kind: 'hangs', what: sent.why }
  return framing === undefined || framing === 'chunked' ? { kind: 'no-answer', what: sent.why } : undefined
}

type Say = (kind: string, what: string) => Fault

function faultOfSuccess(route: Route, status: number, type: string, body: Buffer, fault: Say): Fault | undefined {
  if (!type.startsWith('application/json') || body.length === 0) return undefined
  const value = parsed(body)
  if (value === undefined) return fault('not-json', 'says JSON and is none')
  const schema = route.answers.get(status)
  return schema !== undefined && !fits(schema, value, route.definitions) ? fault('not-as-documented', 'is not what the document says') : undefined
}

const problemForm: Schema = {
  type: 'object',
  required: ['type', 'title', 'status', 'code', 'retryable'],
  properties: {
    type: { type: 'string' }, title: { type: 'string' }, status: { type: 'integer' }, code: { type: 'string', pattern: '^[a-z][a-z0-9-]*$' }, detail: { type: 'string' }, retryable: { type: 'boolean' },
    errors: { type: 'array', items: { type: 'object', required: ['pointer', 'code'], properties: { pointer: { type: 'string' }, code: { type: 'string', pattern: '^[a-z][a-z0-9-]*$' }, detail: { type: 'string' } } } },
  },
}

function faultOfRefusal(status: number, type: string, body: Buffer, { framing }: WireRequest, fault: Say): Fault | undefined {
  const value = parsed(body)
  // a refusal of Node's own parser to what is no HTTP may be bare
  if (!type.startsWith('application/problem+json')) return framing !== undefined && body.length === 0 ? undefined : fault('no-problem', 'is no problem+json')
  if (!fits(problemForm, value)) return fault('bad-problem', 'is not of the form of RFC 9457')
  const { code, status: said, errors } = value as { code: string; status: number; errors?: readonly unknown[] }
  if (!(code in problemCodes)) return fault('unknown-code', 'has a code that is not in the list')
  const kind = problemCodes[code as ProblemCode]
  if (said !== status || (kind.status !== status && !otherStatuses[code as ProblemCode]?.includes(status))) return fault('other-status', `has another status than ${code}`)
  // these codes without a pointer mean that a value got as far as the database before anybody looked at it
  if ((code === 'invalid-character' || code === 'invalid-value') && errors === undefined) return fault('refused-late', 'was refused by the database, not at the edge')
  return inward.test(body.toString().replaceAll('\\"', '"')) ? fault('tells-inwards', 'tells what is inside') : undefined
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString())
  } catch {
    // that it is none is the finding
    return undefined
  }
}
