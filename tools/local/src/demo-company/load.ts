import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { stringify } from 'csv-stringify/sync'
import { Api, type ApiAddresses } from '../import/api.js'
import { importFile } from '../import/import-file.js'
import { importKinds } from '../import/kinds.js'
import { demoFiles, type Row } from './company.js'

/** Loads the demo company over the public APIs, from CSV files as a stranger would. Loading it again changes nothing. Throws: if a row is refused. */
export async function loadDemoCompany(addresses: ApiAddresses, folder: string, say: (line: string) => void): Promise<void> {
  await mkdir(folder, { recursive: true })
  const api = new Api(addresses)
  const loaded: string[] = []
  for (const { kind: name, rows } of demoFiles(new Date())) {
    const kind = importKinds.find((each) => each.name === name)
    if (!kind) throw new Error(`There is no kind ${name}`)
    const file = join(folder, `${name}.csv`)
    await writeFile(file, csvOf(rows))
    const errorsFile = join(folder, `${name}.errors.csv`)
    const { refused } = await importFile(api, kind, file, { errorsFile })
    if (refused > 0) throw new Error(`${refused} ${name} of the demo company were refused: see ${errorsFile}`)
    loaded.push(`${rows.length} ${name}`)
  }
  say(`Demo company: ${loaded.join(', ')} (files in ${folder})`)
}

function csvOf(rows: readonly Row[]): string {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))]
  return stringify(rows.map((row) => columns.map((column) => row[column] ?? '')), { header: true, columns })
}
