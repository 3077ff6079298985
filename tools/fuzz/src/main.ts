// `npm run fuzz`: every route and every topic of an installation of its own, with what nobody should send.
import { resolve } from 'node:path'
import { Option, program } from 'commander'
import { fuzz } from './fuzz.js'

const options = program
  .name('npm run fuzz --')
  .description('Sends requests and messages that are wrong in every way to an installation of its own, and fails if any of them does harm.')
  .option('--requests <n>', 'how many requests', '100000')
  .option('--messages <n>', 'how many messages', '20000')
  .option('--seed <n>', 'the same seed gives the same requests and messages', String(Date.now() % 1_000_000))
  .option('--minutes <n>', 'end by then, whatever was sent', '60')
  .option('--orders <n>', 'orders that sensible channels place meanwhile; default: one for 100 requests')
  .option('--data <directory>', 'where the installation keeps its data', '.waybill/fuzz')
  .addOption(new Option('--infra <kind>', 'where PostgreSQL and Kafka come from').choices(['given', 'embedded', 'docker']))
  .parse()
  .opts<{ requests: string; messages: string; seed: string; minutes: string; orders?: string; data: string; infra?: 'given' | 'embedded' | 'docker' }>()

const say = (line: string): void => void process.stdout.write(`${line}\n`)
const requests = Number(options.requests)

try {
  const wrong = await fuzz({
    directory: resolve(options.data),
    requests,
    messages: Number(options.messages),
    seed: Number(options.seed),
    minutes: Number(options.minutes),
    orders: Number(options.orders ?? Math.ceil(requests / 100)),
    say,
    ...(options.infra === undefined ? {} : { infra: options.infra }),
  })
  for (const line of wrong) say(`\nWRONG  ${line}`)
  say(wrong.length === 0 ? `\nNothing is wrong. Seed ${options.seed}` : `\n${wrong.length} things are wrong. Again: npm run fuzz -- --requests ${options.requests} --messages ${options.messages} --seed ${options.seed}`)
  process.exit(wrong.length === 0 ? 0 : 1)
} catch (error) {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
  process.exit(1)
}
