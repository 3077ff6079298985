/** Which states may follow which, and by what. A state without transitions is terminal. */
export type TransitionTable<State extends string, Trigger extends string> = {
  readonly [From in State]: { readonly [By in Trigger]?: State | readonly State[] }
}

/** The states a state may become by a trigger; empty if the trigger means nothing there. */
export function nextStates<State extends string, Trigger extends string>(table: TransitionTable<State, Trigger>, from: State, by: Trigger): readonly State[] {
  const next: State | readonly State[] | undefined = table[from][by]
  if (next === undefined) return []
  return Array.isArray(next) ? (next as readonly State[]) : [next as State]
}

/** May `from` become `to`, by whatever trigger? Staying is no transition. */
export const mayBecome = <State extends string, Trigger extends string>(table: TransitionTable<State, Trigger>, from: State, to: State): boolean =>
  from === to || (Object.keys(table[from]) as Trigger[]).some((by) => nextStates(table, from, by).includes(to))

/** Terminal states: nothing follows. */
export const terminalStates = <State extends string>(table: TransitionTable<State, string>): State[] =>
  (Object.keys(table) as State[]).filter((state) => Object.keys(table[state]).length === 0)

/** States that no path from the given start reaches. A table of ours has none. */
export function unreachableStates<State extends string>(table: TransitionTable<State, string>, start: State): State[] {
  const seen = new Set<State>([start])
  const open: State[] = [start]
  for (let from = open.pop(); from !== undefined; from = open.pop()) {
    for (const by of Object.keys(table[from])) {
      for (const to of nextStates(table, from, by)) {
        if (!seen.has(to)) {
          seen.add(to)
          open.push(to)
        }
      }
    }
  }
  return (Object.keys(table) as State[]).filter((state) => !seen.has(state))
}
