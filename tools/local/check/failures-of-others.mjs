// docs/failures-of-others.md names tests: each stands in its file, all 44 threads have one, and no test that cites a thread is missing there.
import { existsSync, readFileSync } from 'node:fs'
import { sourceFiles } from './sources.mjs'

const page = 'docs/failures-of-others.md'
const threads = 44
const cited = /[\w.-]+\/[\w.-]+(?:#\d+| CVE-\d+-\d+)/g
const rows = readFileSync(page, 'utf8').split('\n').flatMap((line) => {
  const [, number, thread, , , tests] = line.split('|').map((cell) => cell.trim())
  return /^\d+$/.test(number ?? '') ? [{ number: Number(number), thread, tests: [...tests.matchAll(/\]\(\.\.\/([^)]+)\) "([^"]+)"/g)].map(([, file, name]) => ({ file, name })) }] : []
})

/** Where a string literal begins with this name. */
const names = (file, name) => ["'", '"', '`'].some((quote) => readFileSync(file, 'utf8').replaceAll("\\'", "'").includes(`${quote}${name}`))

const faults = [
  ...Array.from({ length: threads }, (_, place) => place + 1).filter((number) => rows.filter((row) => row.number === number).length !== 1).map((number) => `thread ${number}: stands not once in ${page}`),
  ...rows.filter(({ tests }) => tests.length === 0).map(({ number }) => `thread ${number}: names no test`),
  ...rows.flatMap(({ number, tests }) => tests.filter(({ file, name }) => !existsSync(file) || !names(file, name)).map(({ file, name }) => `thread ${number}: ${file} has no test "${name}"`)),
]
const known = new Set(rows.flatMap(({ thread }) => thread.match(cited) ?? []))
for (const file of sourceFiles(['.spec.ts']).filter((each) => existsSync(each))) {
  const titles = [...readFileSync(file, 'utf8').matchAll(/\b(?:test|it|describe)\(\s*(['"`])(.*?)\1,/g)].map((match) => match[2])
  for (const thread of titles.flatMap((title) => title.match(cited) ?? [])) if (!known.has(thread)) faults.push(`${file} cites ${thread}, which ${page} does not know`)
}
for (const fault of faults) console.log(fault)
process.exit(faults.length === 0 ? 0 : 1)
