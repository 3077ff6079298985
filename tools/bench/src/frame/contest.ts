/** What takes part in a contest: one round of it, and what that came to. */
export interface Contestant<T> {
  readonly name: string
  readonly round: (number: number) => Promise<T>
}

/**
 * Runs contestants beside each other, one round of each in turn and every second time in the opposite order, so that a machine that slows down
 * or a neighbour that wakes up meets all of them. Answers what each round came to, by name.
 */
export async function contest<T>(contestants: readonly Contestant<T>[], rounds: number, onRound: (name: string, number: number, result: T) => void): Promise<Readonly<Record<string, readonly T[]>>> {
  const results: Record<string, T[]> = Object.fromEntries(contestants.map(({ name }) => [name, []]))
  for (let number = 0; number < rounds; number++) {
    for (const { name, round } of number % 2 === 0 ? contestants : contestants.toReversed()) {
      const result = await round(number)
      results[name]?.push(result)
      onRound(name, number, result)
    }
  }
  return results
}
