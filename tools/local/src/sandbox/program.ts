import { parseArgs } from 'node:util'
import type { ListenAt, RunningSandbox } from './http.js'

/**
 * Runs a sandbox as a program of its own: `--data DIRECTORY`, `--host ADDRESS`, `--port NUMBER` and what else it takes, each
 * with a value, or in the environment (`--api-key` is SANDBOX_API_KEY); SIGINT and SIGTERM end it. Prints its address when it listens.
 */
export async function runSandbox(
  name: string,
  takes: readonly string[],
  start: (at: ListenAt & { readonly directory: string }, text: (option: string) => string | undefined) => Promise<RunningSandbox>,
): Promise<void> {
  const { values } = parseArgs({
    args: process.argv.slice(2),
    options: Object.fromEntries(['data', 'host', 'port', ...takes].map((option) => [option, { type: 'string' as const }])),
  })
  const text = (option: string): string | undefined => {
    const value = values[option] ?? process.env[`SANDBOX_${option.replaceAll('-', '_').toUpperCase()}`]
    return typeof value === 'string' && value !== '' ? value : undefined
  }
  const host = text('host')
  const at = { directory: text('data') ?? '.waybill/sandbox', port: Number(text('port') ?? 0), ...(host === undefined ? {} : { host }) }
  const sandbox = await start(at, text)
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
