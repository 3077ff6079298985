import { describe, expect, it } from '@jest/globals'
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { details, links, occasions } from '../../test/samples.js'
import { compose } from '../messages/compose.js'
import { HandlebarsLetterForm } from './handlebars-letter-form.js'

const form = new HandlebarsLetterForm()
const here = import.meta.dirname

describe('the form of a letter', () => {
  it('has every word of the letter in both parts', () => {
    for (const occasion of occasions) {
      const letter = compose(occasion, details, new Map(), links)
      const { html, text } = form.render(letter)
      for (const words of [letter.greeting, ...letter.paragraphs, ...(letter.table?.rows.flatMap(({ cells }) => cells) ?? [])]) expect(text).toContain(words)
      for (const link of [letter.button, ...letter.links]) {
        if (link) expect([text.includes(link.url), html.includes(`href="${link.url}"`)]).toEqual([true, true])
      }
      expect(html).toContain('<html lang="en"')
      expect(html).toContain(letter.greeting)
    }
  })

  it('encodes everything', () => {
    const evil = '<script>alert("1")</script>{{this}}\'&'
    const letter = compose({ kind: 'order-cancelled', why: evil }, { ...details, name: evil, reference: '<b>' }, new Map(), links)
    const table = { caption: evil, columns: [evil], rows: [{ cells: [evil] }] }
    const { html, text } = form.render({ ...letter, table, button: { text: evil, url: 'https://x.example/"onclick="' } })
    expect(html).not.toContain('<script>')
    expect(html).not.toContain('<b>')
    expect(html).not.toContain('"onclick="')
    expect(html.split('&lt;script&gt;')).toHaveLength(7)
    expect(text).toContain(evil)
  })

  it('is what letter.mjml says', async () => {
    // in a process of its own: mjml is CommonJS that Jest's module loader takes a minute for
    const script = `import { compileLetter } from ${JSON.stringify(join(here, '../../compile-letter.mjs'))}; process.stdout.write(await compileLetter())`
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], { cwd: here })
    expect(await readFile(join(here, 'letter.html.hbs'), 'utf8')).toBe(stdout)
  })
})
