/** A request handed on to another service. */
export interface Passed {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
}

export interface PassedAnswer {
  readonly status: number
  /** Those that tell the caller something: the type of the body, when to come back. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** The other services, as the console reaches them for people. Never part of an order's way. */
export abstract class Neighbours {
  /** All that can be reached. */
  abstract readonly names: readonly string[]
  /** Undefined: there is no such service. */
  abstract ask(service: string, request: Passed): Promise<PassedAnswer | undefined>
}
