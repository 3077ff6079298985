import { Problem } from '@waybill/service-kit'
import type { Refusal } from '../reading/fault.js'

/** Most rows of one import call. */
const ROWS_MAX = 500

/** The rows of a bulk call. Refuses: required, too-many-items. */
export function rowsOf(body: unknown, property = 'rows'): readonly unknown[] {
  const given = body as Readonly<Record<string, unknown>>
  const unknown = Object.keys(given).find((name) => name !== property)
  if (unknown !== undefined) throw new Problem('unknown-property', { errors: [{ pointer: `/${unknown.slice(0, 64)}`, code: 'unknown-property' }] })
  const rows = given[property]
  if (!Array.isArray(rows) || rows.length === 0) throw new Problem('required', { errors: [{ pointer: `/${property}`, code: 'required', detail: 'A list is expected' }] })
  if (rows.length > ROWS_MAX) throw new Problem('too-many-items', { detail: `At most ${ROWS_MAX}, not ${rows.length}`, errors: [{ pointer: `/${property}`, code: 'too-many-items' }] })
  return rows
}

type Refused = { readonly status: 'refused' } & Refusal

/** A refusal as problem+json, with every fault. */
const problemOf = ({ code, detail, faults }: Refusal): Problem => new Problem(code, { detail, errors: [...faults] })

/** One outcome per row; refused rows say why. */
export const outcomesOf = <A extends { readonly status: string }>(answers: readonly A[]) =>
  answers.map((answer, row) => ({ row, ...(isRefused(answer) ? { status: 'refused' as const, code: answer.code, pointer: answer.pointer, detail: answer.detail } : answer) }))

/** The answer to the only row of a call. Throws: its problem if it was refused. */
export function onlyOf<A extends { readonly status: string }>(answers: readonly A[]): Exclude<A, Refused> {
  const [answer] = answers
  if (!answer) throw new Error('A call has no answer')
  if (isRefused(answer)) throw problemOf(answer)
  return answer as Exclude<A, Refused>
}

const isRefused = (answer: { readonly status: string }): answer is Refused => answer.status === 'refused'
