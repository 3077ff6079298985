// Every crash point of the list is passed somewhere in the code, and dies in a test; that a test hits it, the test itself demands.
import { existsSync, readFileSync } from 'node:fs'
import { sourceFiles } from './sources.mjs'

const list = 'libs/kernel/src/crash-point.ts'
const tests = /^tools\/faults\/test\/crash-points\/.*[.]spec[.]ts$/
const name = /'(C\d+-[a-z0-9-]+)'/g
const namesIn = (file) => [...readFileSync(file, 'utf8').matchAll(name)].map((match) => match[1])

const listed = new Set(namesIn(list))
const files = sourceFiles(['.ts']).filter((file) => existsSync(file) && file !== list)
const passed = new Set(files.filter((file) => /^(libs|services)\/[^/]+\/src\//.test(file) && !/[.]spec[.]ts$/.test(file)).flatMap(namesIn))
const tested = new Set(files.filter((file) => tests.test(file)).flatMap(namesIn))

const faults = [
  ...[...listed].filter((point) => !passed.has(point)).map((point) => `${point}: is listed in ${list} and nowhere in the code`),
  ...[...listed].filter((point) => !tested.has(point)).map((point) => `${point}: no test of tools/faults/test/crash-points dies there`),
  ...[...passed, ...tested].filter((point) => !listed.has(point)).map((point) => `${point}: is not listed in ${list}`),
]
if (listed.size === 0) faults.push(`${list}: lists nothing that this check can read`)
for (const fault of faults) console.log(fault)
process.exit(faults.length === 0 ? 0 : 1)
