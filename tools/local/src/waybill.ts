// `npm run waybill -- import KIND FILE`: a company's own data over the public APIs.
import { readFile } from 'node:fs/promises'
import type { ServiceName } from '@waybill/contracts'
import { program } from 'commander'
import { Api, type ApiAddresses } from './import/api.js'
import { FileRefused, importFile, type ImportProgress } from './import/import-file.js'
import { importOrders } from './import/import-orders.js'
import { importKinds } from './import/kinds.js'
import { ProgressLine } from './import/progress-line.js'

interface Options {
  readonly installation: string
  readonly token?: string
  readonly errors?: string
}

const progress = new ProgressLine(process.stdout)
const kinds = [...importKinds.map(({ name }) => name), 'orders']

program.name('npm run waybill --').description('Brings your own data into a running Waybill.')
program
  .command('import')
  .description(`Loads a file: ${kinds.join(', ')}. Columns: docs/import.md. The same file twice changes nothing.`)
  .argument('<kind>', kinds.join('|'))
  .argument('<file>', 'CSV with a header; orders also as .ndjson, one order a line')
  .option('--installation <file>', 'where the services answer: JSON with services and developmentKey', '.waybill/installation.json')
  .option('--token <token>', 'instead of a development token; default WAYBILL_TOKEN', process.env['WAYBILL_TOKEN'])
  .option('--errors <file>', 'where refused rows go; default: beside the file')
  .action(load)

await program.parseAsync()

async function load(kindName: string, file: string, options: Options): Promise<void> {
  const kind = importKinds.find(({ name }) => name === kindName)
  if (!kind && kindName !== 'orders') fail(`There is no kind "${kindName}". Kinds: ${kinds.join(', ')}`)
  const addresses = await addressesOf(options)
  const api = new Api(addresses)
  const errorsFile = options.errors ?? file.replace(/(\.\w+)?$/, '.errors$1')
  const started = performance.now()
  const importOptions = { errorsFile, onProgress: (far: ImportProgress) => progress.show(kindName, far) }
  try {
    const orderUrl = addresses.services['order' as ServiceName] ?? ''
    const result = kind ? await importFile(api, kind, file, importOptions) : await importOrders(api, orderUrl, file, importOptions)
    progress.show(kindName, result)
    process.stdout.write(`\n${((performance.now() - started) / 1000).toFixed(1)} s\n`)
    if (result.refused > 0) {
      process.stdout.write(`${result.refused} refused: see ${errorsFile}, correct them there and load that file.\n`)
      process.exitCode = 1
    }
  } catch (error) {
    if (error instanceof FileRefused) fail(`${file} is not loaded (${error.code}): ${error.message}`)
    throw error
  }
}

async function addressesOf({ installation, token }: Options): Promise<ApiAddresses> {
  const text = await readFile(installation, 'utf8').catch((error: NodeJS.ErrnoException) => fail(`There is no installation at ${installation} (${error.code ?? error.message}). Fix: npm start, or name its file with --installation.`))
  const addresses = JSON.parse(text) as ApiAddresses
  return token === undefined ? addresses : { ...addresses, token }
}

function fail(message: string): never {
  process.stderr.write(`${message}\n`)
  process.exit(2)
}
