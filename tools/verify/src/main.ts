// `npm run verify`: every guarantee that a program can check, over the databases, topics and ledgers of a running installation.
import { readFile } from 'node:fs/promises'
import { InvalidArgumentError, Option, program } from 'commander'
import { LiveWorld, type WorldAddresses } from './live-world.js'
import { lineOf } from './report.js'
import { rules } from './rules/index.js'
import { verify, type Finding } from './verify.js'

interface Options {
  readonly installation: string
  readonly settle: number
  readonly sent?: string
  readonly only?: readonly string[]
}

/** Shown under what went wrong: it could not be found out whether the guarantees hold. */
class NotChecked extends Error {}

const seconds = (text: string): number => {
  const value = Number(text)
  if (!Number.isFinite(value) || value < 0) throw new InvalidArgumentError('Seconds are expected.')
  return value
}

const options = program
  .name('npm run verify --')
  .description('Checks the guarantees of Waybill over a running installation. Reads only.\nExits with 0 if all hold, 1 if one does not, 2 if it could not be found out.')
  .addOption(new Option('--installation <file>', 'JSON with databases, kafkaBrokers, paymentsUrl, paymentApiKey, carriersUrl, or that JSON itself').env('WAYBILL_INSTALLATION').default('.waybill/installation.json'))
  .option('--sent <file>', "a sender's ledger: lines of {channel, reference, order} that it holds as accepted")
  .option('--settle <seconds>', 'how long services may take to agree', seconds, 60)
  .addOption(new Option('--only <ids...>', 'rules to check').choices([...new Set(rules.map(({ id }) => id))]))
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2))
  .parse()
  .opts<Options>()

try {
  const findings = await check(await addresses())
  const broken = findings.filter(({ violations }) => violations.length > 0)
  process.stdout.write(broken.length === 0 ? `All hold: ${findings.length} of ${findings.length}.\n` : `Broken: ${broken.length} of ${findings.length}.\n`)
  process.exitCode = broken.length === 0 ? 0 : 1
} catch (error) {
  const why = error instanceof NotChecked ? error.message : `Could not be checked: ${reasonOf(error)}\nFix: see that the installation runs (\`npm start\`), and that the files named here are there.`
  process.stderr.write(`${why}\n`)
  process.exitCode = 2
}

async function addresses(): Promise<WorldAddresses> {
  try {
    const { installation } = options
    return JSON.parse(installation.trimStart().startsWith('{') ? installation : await readFile(installation, 'utf8')) as WorldAddresses
  } catch (error) {
    throw new NotChecked(`There is no installation at ${options.installation} (${reasonOf(error)}).\nFix: start one with \`npm start\`, or name its file with --installation.`)
  }
}

async function check(where: WorldAddresses): Promise<readonly Finding[]> {
  const world = new LiveWorld({ ...where, ...(options.sent === undefined ? {} : { sentOrdersFile: options.sent }) })
  try {
    return await verify(world, {
      settleMs: options.settle * 1000,
      ...(options.only === undefined ? {} : { only: options.only }),
      onRule: (finding) => process.stdout.write(`${lineOf(finding)}\n`),
    })
  } finally {
    await world.close()
  }
}

/** Of an error that stands for several (each address of a host refused) the first. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0])
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? `${error.message}: ${reasonOf(error.cause)}` : error.message
}
