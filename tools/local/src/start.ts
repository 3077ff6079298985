// `npm start`: everything on this machine, until Ctrl-C.
import { constants } from 'node:os'
import { Option, program } from 'commander'
import { type InfrastructureKind, NoInfrastructure } from '@waybill/testing'
import { type Installation, startInstallation } from './installation/installation.js'
import { loadDemoCompany } from './demo-company/load.js'
import { welcome } from './welcome.js'

interface StartOptions {
  readonly processes?: boolean
  readonly infra?: InfrastructureKind
  readonly reset?: boolean
  readonly empty?: boolean
}

const options = program
  .name('npm start --')
  .description('Runs Waybill on this machine: PostgreSQL, Kafka, the sandboxes and all services, with a demo company and modest traffic.')
  .option('--processes', 'a process per service instead of one for all')
  .addOption(new Option('--infra <kind>', 'where PostgreSQL and Kafka come from').choices(['given', 'embedded', 'docker']))
  .option('--reset', 'forget everything that an earlier start kept')
  .option('--empty', 'no demo company and no traffic')
  .parse()
  .opts<StartOptions>()

const say = (line: string): void => {
  process.stdout.write(`${line}\n`)
}

let installation: Installation | undefined
let ending: Promise<void> | undefined

/** Stops what was started, once. A second Ctrl-C is for the impatient: the next start clears up. */
function end(signal: NodeJS.Signals): void {
  if (ending !== undefined) process.exit(128 + constants.signals[signal])
  say('\nStopping')
  ending = stopAll().then(
    () => process.exit(0),
    (error: unknown) => fail(error),
  )
}
process.on('SIGINT', end)
process.on('SIGTERM', end)

async function stopAll(): Promise<void> {
  // A signal in the middle of a start: let it come to its end first, then there is something to stop.
  await starting.catch(() => undefined)
  await installation?.stop()
  say('Stopped')
}

function fail(error: unknown): never {
  process.stderr.write(`${error instanceof NoInfrastructure ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
  process.exit(1)
}

async function start(): Promise<void> {
  installation = await startInstallation({ ...options, say })
  if (options.empty !== true) await loadDemoCompany(installation, say)
  say(welcome(installation))
}

const starting = start()
starting.catch((error: unknown) => {
  if (ending === undefined) fail(error)
})
