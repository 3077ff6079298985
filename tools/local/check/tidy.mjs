// Banned words and leftovers, in the spirit of TigerBeetle's tidy: reads the tree, names file, line and the fix.
import { existsSync, readFileSync } from 'node:fs'
import { sourceFiles } from './sources.mjs'

const isTest = (file) => /\.spec\.ts$|\/test\//.test(file)
// The words stand in pieces, so that this file does not find itself.
const rules = [
  { what: 'work left for later', pattern: new RegExp(`(?://|/\\*|^\\s*\\*|<!--).*\\b(${['FIX' + 'ME', 'TO' + 'DO', 'XX' + 'X', 'HA' + 'CK'].join('|')})\\b`) },
  { what: 'a narrowed test run', pattern: new RegExp(`\\b(it|test|describe)[.]on` + `ly\\b`), only: isTest },
  { what: 'a test switched off', pattern: new RegExp(`\\bx(it|describe)[(]|\\b(it|test|describe)[.](sk` + `ip|todo)[(]`), only: isTest },
  { what: 'a wait by the clock in a test (use eventually)', pattern: new RegExp(`\\bsle` + `ep[(]`), only: isTest },
  { what: 'a silenced type error', pattern: new RegExp(`@ts-(ig` + `nore|nocheck)`) },
  { what: 'a process-wide exit outside main', pattern: /\bprocess[.]exit\(/, only: (file) => /^(libs|services)\//.test(file) && !/main\.ts$|\/testing\/|\.mjs$/.test(file) },
]
const badFolder = /\/(utils?|commons?|helpers?|dto|interfaces|mappers)\//
const badMessage = /\/contracts\/src\/.*(updated|-data|manager)\.v\d+\.ts$/

let found = 0
const report = (place, what) => {
  found += 1
  console.log(`${place}: ${what}`)
}
for (const file of sourceFiles(['.ts', '.mjs', '.js', '.html', '.css'])) {
  if (!existsSync(file) || file.endsWith('check/tidy.mjs')) continue
  if (badFolder.test(file)) report(file, 'a folder named by what it is not: name the business or the technology')
  if (badMessage.test(file)) report(file, 'a message named without its fact')
  readFileSync(file, 'utf8').split('\n').forEach((line, index) => {
    for (const { what, pattern, only } of rules) if ((only === undefined || only(file)) && pattern.test(line)) report(`${file}:${index + 1}`, what)
  })
}
process.exit(found === 0 ? 0 : 1)
