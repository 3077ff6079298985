/** A promise of our own that did not hold: a defect or a damaged database, never a wrong input. */
export class InvariantBroken extends Error {
  constructor(
    readonly rule: string,
    readonly data: Readonly<Record<string, unknown>> = {},
  ) {
    super(`${rule} ${JSON.stringify(data, (_key, value: unknown) => (typeof value === 'bigint' ? value.toString() : value))}`)
    this.name = 'InvariantBroken'
  }
}

/** States what must hold here. Throws: InvariantBroken with the data that shows why it does not. */
export function invariant(holds: boolean, rule: string, data?: Readonly<Record<string, unknown>>): asserts holds {
  if (!holds) throw new InvariantBroken(rule, data)
}
