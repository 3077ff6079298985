import { expect, test } from '@jest/globals'
import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../../', import.meta.url))

/** How many rows each group of bad inputs has. */
const groups = { A: 28, B: 15, C: 10, D: 7, E: 6, F: 10 } as const

/** Rows about what does not exist yet, each with what it waits for. */
const later: Readonly<Record<string, string>> = {
  'BI-F8': 'stale forms and two tabs: no form edits a row yet; a double submit is BI-A24 and BI-D3',
  'BI-F9': 'CSRF: no cookie carries anybody\'s rights, a token stands in a header; comes with the session of the web application',
  'BI-F10': 'change of role and expired sessions: comes with staff login',
}

test('every bad input that can come in by now has a test that says its number', () => {
  const texts = globSync('{libs,services,tools}/*/{src,test}/**/*.spec.ts', { cwd: root })
    .filter((file) => !file.endsWith('bad-inputs.spec.ts'))
    .map((file) => readFileSync(`${root}/${file}`, 'utf8'))
  const named = new Set(texts.flatMap((text) => text.match(/\bBI-[A-F]\d+\b/g) ?? []))
  const rows = Object.entries(groups).flatMap(([group, count]) => Array.from({ length: count }, (_, index) => `BI-${group}${index + 1}`))
  expect(rows.filter((row) => !named.has(row) && !(row in later))).toEqual([])
  expect([...named].filter((name) => !rows.includes(name))).toEqual([])
})
