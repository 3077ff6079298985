import type { Neighbours, PassedAnswer } from './neighbours.js'

/** What one service answered, or why it did not. */
export type FromService<Answer> = { readonly service: string } & ({ readonly answer: Answer } | { readonly unreachable: string })

/** Asks every service the same at once; one that does not answer is named and holds up nobody. */
export async function askAll<Answer>(
  neighbours: Neighbours,
  services: readonly string[],
  request: { readonly method: string; readonly path: string; readonly headers: Readonly<Record<string, string>>; readonly body?: string },
): Promise<readonly FromService<Answer>[]> {
  return Promise.all(
    services.map(async (service): Promise<FromService<Answer>> => {
      try {
        const answer = await neighbours.ask(service, request)
        return answer === undefined ? { service, unreachable: 'there is no such service' } : read(service, answer)
      } catch (error) {
        return { service, unreachable: error instanceof Error ? error.message : String(error) }
      }
    }),
  )
}

function read<Answer>(service: string, { status, body }: PassedAnswer): FromService<Answer> {
  if (status === 200) return { service, answer: JSON.parse(body) as Answer }
  return { service, unreachable: `answered ${status}` }
}
