// `npm start`: everything on this machine, until Ctrl-C.
import { once } from 'node:events'
import { constants } from 'node:os'
import { join } from 'node:path'
import { Option, program } from 'commander'
import { type InfrastructureKind, NoInfrastructure, dataDirectory } from '@waybill/testing'
import { startInstallation } from './installation/installation.js'
import { loadDemoCompany } from './demo-company/load.js'
import { type Traffic, startTraffic } from './traffic.js'
import { welcome } from './welcome.js'

interface StartOptions {
  readonly processes?: boolean
  readonly infra?: InfrastructureKind
  readonly reset?: boolean
  readonly empty?: boolean
  readonly data: string
}

const options = program
  .name('npm start --')
  .description('Runs Waybill on this machine: PostgreSQL, Kafka, the sandboxes and all services, with a demo company and modest traffic.')
  .option('--processes', 'a process per service instead of one for all')
  .addOption(new Option('--infra <kind>', 'where PostgreSQL and Kafka come from').choices(['given', 'embedded', 'docker']))
  .option('--reset', 'forget everything that an earlier start kept')
  .option('--empty', 'no demo company and no traffic')
  .option('--data <directory>', 'where its data lies', dataDirectory)
  .parse()
  .opts<StartOptions>()

const say = (line: string): void => {
  process.stdout.write(`${line}\n`)
}

const ending = new AbortController()

/** Stops what was started, once. A second Ctrl-C is for the impatient: the next start clears up. */
function end(signal: NodeJS.Signals): void {
  if (ending.signal.aborted) process.exit(128 + constants.signals[signal])
  say('\nStopping')
  ending.abort()
}
process.on('SIGINT', end)
process.on('SIGTERM', end)

async function run(): Promise<void> {
  const installation = await startInstallation({ ...options, directory: options.data, signal: ending.signal, say })
  let traffic: Traffic | undefined
  try {
    if (options.empty !== true) await loadDemoCompany(installation, join(options.data, 'company'), say)
    say(welcome(installation))
    if (options.empty !== true) traffic = await startTraffic(options.data, installation, say)
    if (!ending.signal.aborted) await once(ending.signal, 'abort')
  } finally {
    await traffic?.stop()
    await installation.stop()
  }
}

try {
  await run()
} catch (error) {
  // Given up on demand: that is no failure.
  if (!ending.signal.aborted) {
    process.stderr.write(`${error instanceof NoInfrastructure ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
    process.exit(1)
  }
}
say('Stopped')
process.exit(0)
