import { parseArgs } from 'node:util'
import type { RunningSandbox } from './http.js'

/**
 * Runs a sandbox as a program of its own: `--data DIRECTORY`, `--port NUMBER` and what else it takes, each with a
 * value; SIGINT and SIGTERM end it. Prints its address when it listens.
 */
export async function runSandbox(
  name: string,
  takes: readonly string[],
  start: (options: { readonly directory: string; readonly port: number; readonly text: (option: string) => string | undefined }) => Promise<RunningSandbox>,
): Promise<void> {
  const { values } = parseArgs({
    args: process.argv.slice(2),
    options: Object.fromEntries(['data', 'port', ...takes].map((option) => [option, { type: 'string' as const }])),
  })
  const text = (option: string): string | undefined => {
    const value = values[option]
    return typeof value === 'string' ? value : undefined
  }
  const sandbox = await start({ directory: text('data') ?? '.waybill/sandbox', port: Number(text('port') ?? 0), text })
  process.stdout.write(`${name}: ${sandbox.url}\n`)
  const end = () => {
    sandbox.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        process.stderr.write(`${name}: ${String(error)}\n`)
        process.exit(1)
      },
    )
  }
  process.once('SIGINT', end)
  process.once('SIGTERM', end)
  // Whoever started us is gone when this pipe closes: a sandbox must not outlive `npm start`.
  process.once('disconnect', end)
}
