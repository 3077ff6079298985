/** The answer to a command that may have been given before. */
export interface Answered<R> {
  readonly result: R
  /** It had been done before: this is the answer of then. */
  readonly replayed: boolean
}
