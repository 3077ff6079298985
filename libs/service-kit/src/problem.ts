import { problemCodes, type ProblemCode, type ProblemKind } from './problem-codes.js'

/** One fault of a request: where (JSON pointer) and what (stable code). */
export interface FieldProblem {
  readonly pointer: string
  readonly code: string
  readonly detail?: string
}

export interface ProblemOptions {
  readonly detail?: string
  readonly errors?: readonly FieldProblem[]
  /** Further members of the answer, such as what was expected instead. */
  readonly data?: Readonly<Record<string, unknown>>
  readonly headers?: Readonly<Record<string, string>>
  /** Instead of the code's own: a body that is not UTF-8 cannot be read (400), a file that is not cannot be worked with (422). */
  readonly status?: number
  readonly cause?: unknown
}

/** A request that is refused, with a stable code: the answer is RFC 9457 problem+json. Belongs to edges; business rooms return their refusals. */
export class Problem extends Error {
  readonly errors: readonly FieldProblem[]
  readonly detail: string | undefined
  readonly data: Readonly<Record<string, unknown>>
  readonly headers: Readonly<Record<string, string>>
  readonly status: number

  constructor(
    readonly code: ProblemCode,
    options: ProblemOptions = {},
  ) {
    super(options.detail ?? problemCodes[code].title, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'Problem'
    this.detail = options.detail
    this.errors = options.errors ?? []
    this.data = options.data ?? {}
    this.headers = options.headers ?? {}
    this.status = options.status ?? problemCodes[code].status
  }

  get kind(): ProblemKind {
    return problemCodes[this.code]
  }

  /** The body of the answer. */
  toJSON(traceId?: string): Record<string, unknown> {
    return {
      ...this.data,
      type: `https://waybill.dev/problems/${this.code}`,
      title: this.kind.title,
      status: this.status,
      code: this.code,
      ...(this.detail === undefined ? {} : { detail: this.detail }),
      ...(this.errors.length === 0 ? {} : { errors: this.errors }),
      ...(traceId === undefined ? {} : { traceId }),
      retryable: this.kind.retryable ?? false,
    }
  }
}
