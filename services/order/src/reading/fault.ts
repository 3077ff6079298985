/** Every reason for which an order or a declaration is not taken. Stable: channels program against them. */
export type RefusalCode =
  | 'amount-mismatch'
  | 'forbidden'
  | 'invalid-amount'
  | 'invalid-character'
  | 'invalid-country'
  | 'invalid-currency'
  | 'invalid-date'
  | 'invalid-email'
  | 'invalid-option'
  | 'invalid-quantity'
  | 'invalid-reference'
  | 'invalid-text'
  | 'invalid-value'
  | 'lines-required'
  | 'object-expected'
  | 'option-required'
  | 'order-already-exists'
  | 'payment-not-expected'
  | 'price-missing'
  | 'required'
  | 'too-long'
  | 'too-many-items'
  | 'too-many-lines'
  | 'unknown-channel'
  | 'unknown-component'
  | 'unknown-product'
  | 'unknown-property'
  // of files alone
  | 'header-mismatch'
  | 'malformed-json'
  | 'malformed-row'
  | 'not-taken'
  | 'row-too-long'
  | 'rows-disagree'
  | 'rows-not-together'

/** What is wrong, and where. */
export interface Fault {
  readonly code: RefusalCode
  /** RFC 6901, into what was sent. */
  readonly pointer: string
  /** Without personal data: it travels in replies, logs and reports. */
  readonly detail: string
}

export const fault = (code: RefusalCode, pointer: string, detail: string): Fault => ({ code, pointer, detail })

/** The answer "no": the first fault leads. */
export interface Refusal extends Fault {
  readonly faults: readonly Fault[]
}

/** Faults beyond this many are not listed. */
const FAULTS_MAX = 50

export function refusal(faults: readonly [Fault, ...Fault[]]): Refusal {
  return { ...faults[0], faults: faults.slice(0, FAULTS_MAX) }
}

export const refuse = (code: RefusalCode, pointer: string, detail: string): Refusal => refusal([fault(code, pointer, detail)])
