import { asyncApi } from './asyncapi.js'
import { eventsPage } from './events-page.js'
import { importPage } from './import-page.js'
import { openApiFiles } from './openapi.js'
import { readmeFiles } from './readmes.js'
import { schemaFiles } from './schemas.js'

export { incompatibilities } from './compatibility.js'

/** Folders that hold generated files only: what has no source any more is removed there. */
export const generatedFolders = ['libs/contracts/schemas', 'libs/contracts/examples']

/** Every generated file of the repository: path -> text. */
export async function generatedFiles(root: string): Promise<Map<string, string>> {
  return new Map([...schemaFiles(), ['libs/contracts/asyncapi.yaml', asyncApi()], ['docs/events.md', eventsPage()], ['docs/import.md', importPage()], ...(await openApiFiles()), ...readmeFiles(root)])
}
