// Compiles the mails' MJML to the HTML template that the service runs on: mjml costs 100 MB and a second, a template costs nothing.
// Run it after a change of letter.mjml: npm run compile-letter -w @waybill/notification. A test compares.
import { readFile, writeFile } from 'node:fs/promises'
import mjml from 'mjml'

const source = new URL('./src/documents/letter.mjml', import.meta.url)
const target = new URL('./src/documents/letter.html.hbs', import.meta.url)

/** The HTML template of the MJML source. Throws: on anything that MJML does not know. */
export async function compileLetter() {
  const { html, errors } = await mjml(await readFile(source, 'utf8'), { validationLevel: 'strict', keepComments: false })
  if (errors.length > 0) throw new Error(errors.map(({ formattedMessage }) => formattedMessage).join('\n'))
  return `${html.trim()}\n`
}

if (process.argv[1] === new URL(import.meta.url).pathname) await writeFile(target, await compileLetter())
