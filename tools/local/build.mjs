// TypeScript to JavaScript for every workspace, with swc: src -> dist, only what changed, everything else copied.
// Types are checked by `npm run check`, not here, so that a start takes a second and not a minute.
import { transform, version as swcVersion } from '@swc/core'
import { createHash } from 'node:crypto'
import { copyFile, mkdir, readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { swcOptions } from './swc-options.mjs'

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..')
const workspaces = ['libs', 'services', 'tools']

/** Files in `dist` that are not made here: the type checker's notes, the console's web build, and what
 * another build is writing right now. */
const notOurs = (path) => path.startsWith('.') || path.startsWith('web/') || /\.\d+$/.test(path)

/**
 * Builds the workspaces, or only those named (`libs/testing`). Answers how many files were written and removed.
 * Throws on the first file that does not parse, with its place.
 */
export async function build(only) {
  const projects = (await Promise.all(workspaces.map(projectsOf))).flat()
  const wanted = only === undefined ? projects : projects.filter((project) => only.includes(relative(root, project)))
  // Another compiler or other options make every output stale, whatever the files' times say.
  const recipe = createHash('sha256').update(JSON.stringify([swcVersion, swcOptions])).digest('hex')
  const results = await Promise.all(wanted.map((project) => buildProject(project, recipe)))
  return results.reduce((sum, one) => ({ written: sum.written + one.written, removed: sum.removed + one.removed }), {
    written: 0,
    removed: 0,
  })
}

async function projectsOf(folder) {
  const entries = await readdir(join(root, folder), { withFileTypes: true })
  return entries.filter((entry) => entry.isDirectory()).map((entry) => join(root, folder, entry.name))
}

async function buildProject(project, recipe) {
  const dist = join(project, 'dist')
  const stamp = join(dist, '.recipe')
  const sources = (await filesUnder(join(project, 'src'))).filter(isBuilt)
  if (sources.length === 0) return { written: 0, removed: 0 }
  const upToDate = (await readFile(stamp, 'utf8').catch(ifMissing(''))) === recipe
  const written = await Promise.all(
    sources.map((source) => buildFile(join(project, 'src', source), join(dist, outputOf(source)), upToDate)),
  )
  const expected = new Set(sources.flatMap((source) => (isScript(source) ? [outputOf(source), `${outputOf(source)}.map`] : [source])))
  const stale = (await filesUnder(dist)).filter((file) => !expected.has(file) && !notOurs(file))
  await Promise.all(stale.map((file) => rm(join(dist, file))))
  if (!upToDate) await writeFile(stamp, recipe)
  return { written: written.filter(Boolean).length, removed: stale.length }
}

async function buildFile(source, output, upToDate) {
  const [from, to] = await Promise.all([stat(source), stat(output).catch(ifMissing(undefined))])
  if (upToDate && to !== undefined && to.mtimeMs >= from.mtimeMs) return false
  await mkdir(dirname(output), { recursive: true })
  if (!isScript(source)) {
    await copyFile(source, output)
    return true
  }
  const { code, map } = await transform(await readFile(source, 'utf8'), {
    ...swcOptions,
    filename: source,
    sourceFileName: relative(dirname(output), source),
    sourceMaps: true,
  })
  await writeWhole(`${output}.map`, map)
  await writeWhole(output, `${code}//# sourceMappingURL=${output.slice(output.lastIndexOf('/') + 1)}.map\n`)
  return true
}

/** A reader sees the old file or the new one, never half of one: two builds may run at once. */
async function writeWhole(path, content) {
  const unfinished = `${path}.${process.pid}`
  await writeFile(unfinished, content)
  await rename(unfinished, path)
}

const isScript = (path) => path.endsWith('.ts')
const isBuilt = (path) => !/\.(spec|d)\.ts$/.test(path) && !path.endsWith('.tsx')
const outputOf = (source) => source.replace(/\.ts$/, '.js')

async function filesUnder(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(ifMissing([]))
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
}

function ifMissing(instead) {
  return (error) => {
    if (error.code === 'ENOENT') return instead
    throw error
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const started = performance.now()
  try {
    const { written, removed } = await build()
    const seconds = ((performance.now() - started) / 1000).toFixed(1)
    if (!process.argv.includes('--quiet')) console.log(`Built: ${written} files written, ${removed} removed, ${seconds} s`)
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    process.exitCode = 1
  }
}
