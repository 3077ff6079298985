// A place to look, no failure: the largest files of production code.
import { readFileSync } from 'node:fs'
import { sourceFiles } from './sources.mjs'

const sizes = sourceFiles(['.ts'])
  .filter((file) => !/\.spec\.ts$|\/test\//.test(file))
  .map((file) => ({ file, lines: readFileSync(file, 'utf8').split('\n').length }))
  .sort((a, b) => b.lines - a.lines)
console.log('Largest files (a place to look, no failure):')
for (const { file, lines } of sizes.slice(0, 8)) console.log(`  ${String(lines).padStart(5)}  ${file}`)
const median = sizes[Math.floor(sizes.length / 2)]?.lines
console.log(`  median of ${sizes.length} files: ${median} lines`)
