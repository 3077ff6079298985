// What an image needs of this repository to run some workspaces: `node tools/local/image.mjs /app @waybill/order`.
// Copies the built workspaces and, from node_modules, what they depend on and nothing else; no network, no second install.
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))
const [target, ...wanted] = process.argv.slice(2)
if (target === undefined || wanted.length === 0) {
  console.error('Usage: node tools/local/image.mjs <folder> <workspace>...')
  process.exit(2)
}

const manifestOf = (folder) => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
const workspaces = new Map(
  ['libs', 'services', 'tools'].flatMap((group) => readdirSync(join(root, group)).map((name) => join(root, group, name)))
    .filter((folder) => existsSync(join(folder, 'package.json')))
    .map((folder) => [manifestOf(folder).name, folder]),
)

/** Where Node finds a package from a folder; undefined where it is not installed. */
function installed(name, from) {
  for (let folder = from; folder.startsWith(root.replace(/\/$/, '')); folder = dirname(folder)) {
    const place = join(folder, 'node_modules', name)
    if (existsSync(join(place, 'package.json'))) return place
  }
  return undefined
}

const folders = new Set()
const left = wanted.map((name) => workspaces.get(name) ?? fail(`${name} is no workspace`))
while (left.length > 0) {
  const folder = left.pop()
  if (folders.has(folder)) continue
  folders.add(folder)
  const { dependencies = {}, peerDependencies = {}, peerDependenciesMeta = {}, optionalDependencies = {} } = manifestOf(folder)
  const peers = Object.keys(peerDependencies).filter((name) => peerDependenciesMeta[name]?.optional !== true)
  for (const name of [...Object.keys(dependencies).filter((name) => !(name in optionalDependencies)), ...peers]) {
    const found = workspaces.get(name) ?? installed(name, folder)
    if (found !== undefined) left.push(found)
    else if (name in dependencies) fail(`${name}, which ${relative(root, folder)} needs, is not installed`)
  }
}

/** Nobody reads these at run time; licences stay. */
const unread = /(?:[.](?:md|markdown|map|d[.][cm]?ts|tsbuildinfo)|[/](?:test|tests|__tests__|example|examples|[.]github))$/
const isWorkspace = new Set(workspaces.values())
for (const folder of folders) {
  const place = join(target, relative(root, folder))
  mkdirSync(place, { recursive: true })
  if (!isWorkspace.has(folder)) {
    cpSync(folder, place, { recursive: true, filter: (file) => !unread.test(file.slice(folder.length)) && !file.slice(folder.length).startsWith('/node_modules') })
    continue
  }
  const { name, version, type, exports, dependencies, license = 'Apache-2.0' } = manifestOf(folder)
  writeFileSync(join(place, 'package.json'), `${JSON.stringify({ name, version, type, license, exports, dependencies }, null, 2)}\n`)
  cpSync(join(folder, 'dist'), join(place, 'dist'), { recursive: true })
  const link = join(target, 'node_modules', name)
  mkdirSync(dirname(link), { recursive: true })
  symlinkSync(relative(dirname(link), place), link)
}
const { name, version, license } = manifestOf(root)
const built = [...folders].filter((folder) => isWorkspace.has(folder)).map((folder) => relative(root, folder))
writeFileSync(join(target, 'package.json'), `${JSON.stringify({ name, version, license, private: true, type: 'module', workspaces: built }, null, 2)}\n`)
console.log(`${built.length} workspaces and ${folders.size - built.length} packages`)

function fail(message) {
  console.error(message)
  process.exit(1)
}
