// `npm run generate`: everything that is made from something else. With --check nothing is written: what differs is named.
// With --release the schemas of today become the released ones, which no later change may break.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const checking = process.argv.includes('--check')
const releasing = process.argv.includes('--release')

execFileSync(process.execPath, [join(root, 'tools/local/build.mjs'), '--quiet'], { stdio: 'inherit' })
const { generatedFiles, generatedFolders, incompatibilities } = await import(join(root, 'tools/local/dist/generate/index.js'))

const files = await generatedFiles(root)
const problems = []
for (const [path, text] of files) {
  const file = join(root, path)
  const before = existsSync(file) ? readFileSync(file, 'utf8') : null
  if (before === text) continue
  if (checking) problems.push(`${path} ${before === null ? 'is missing' : 'differs from its source'}`)
  else {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
    console.log(`wrote ${path}`)
  }
}
for (const folder of generatedFolders) {
  for (const name of existsSync(join(root, folder)) ? readdirSync(join(root, folder)) : []) {
    const path = `${folder}/${name}`
    if (files.has(path)) continue
    if (checking) problems.push(`${path} has no source any more`)
    else rmSync(join(root, path))
  }
}

const released = join(root, 'libs/contracts/released')
mkdirSync(released, { recursive: true })
for (const [path, text] of files) {
  const name = /^libs\/contracts\/schemas\/(.+)$/.exec(path)?.[1]
  if (name === undefined) continue
  if (releasing) writeFileSync(join(released, name), text)
  else if (existsSync(join(released, name))) {
    for (const sentence of incompatibilities(JSON.parse(readFileSync(join(released, name), 'utf8')), JSON.parse(text))) problems.push(`${name}: ${sentence}: make it a new version of the message`)
  }
}
for (const name of readdirSync(released)) if (!files.has(`libs/contracts/schemas/${name}`)) problems.push(`${name} was released and is gone: a published version never disappears`)

for (const problem of problems) console.log(problem)
process.exit(problems.length === 0 ? 0 : 1)
