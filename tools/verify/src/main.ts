// `npm run verify`: every guarantee that a program can check, over the databases, topics and ledgers of a running installation.
import { readFile } from 'node:fs/promises'
import { program } from 'commander'
import { LiveWorld, type WorldAddresses } from './live-world.js'
import { lineOf } from './report.js'
import { verify } from './verify.js'

interface Options {
  readonly installation: string
  readonly settle: string
  readonly sent?: string
  readonly only?: readonly string[]
}

const options = program
  .name('npm run verify --')
  .description('Checks the guarantees of Waybill over a running installation. Reads only. Exits with 1 if one does not hold.')
  .option('--installation <file>', 'JSON with databases, kafkaBrokers, paymentsUrl, carriersUrl', '.waybill/installation.json')
  .option('--sent <file>', "a sender's ledger: lines of {channel, reference, order} that it holds as accepted")
  .option('--settle <seconds>', 'how long services may take to agree', '60')
  .option('--only <ids...>', 'rules to check, such as G1 G9')
  .parse()
  .opts<Options>()

const addresses = await readFile(options.installation, 'utf8').then(
  (text) => JSON.parse(text) as WorldAddresses,
  (error: unknown) => {
    process.stderr.write(`There is no installation at ${options.installation} (${error instanceof Error ? error.message : String(error)}).\nFix: start one with \`npm start\`, or name its file with --installation.\n`)
    process.exit(2)
  },
)
const world = new LiveWorld({ ...addresses, ...(options.sent === undefined ? {} : { sentOrdersFile: options.sent }) })
const findings = await verify(world, {
  settleMs: Number(options.settle) * 1000,
  ...(options.only === undefined ? {} : { only: options.only }),
  onRule: (finding) => process.stdout.write(`${lineOf(finding)}\n`),
})
await world.close()
const broken = findings.filter(({ violations }) => violations.length > 0)
process.stdout.write(broken.length === 0 ? `${findings.length} rules hold.\n` : `${broken.length} of ${findings.length} rules are broken.\n`)
process.exit(broken.length === 0 ? 0 : 1)
