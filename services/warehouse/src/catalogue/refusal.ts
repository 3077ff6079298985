import type { JsonObject } from '@waybill/kernel'

/** The business says no, and what it expected instead. A type, so that it can be stored as an answer. */
export type Refusal<Code extends string> = {
  readonly refused: Code
  readonly detail: string
  readonly expected: JsonObject
}

export const isRefusal = <Code extends string>(outcome: object | Refusal<Code>): outcome is Refusal<Code> => 'refused' in outcome
