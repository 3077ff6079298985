// Which Node runs the project: the one that npm brought (an optional dependency for this platform), else the host's
// when it is new enough. See docs/architecture: the host's Node may be older than the code needs.
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'

/** The oldest Node the project runs on. */
const oldestNode = '24.11.0'

/** True where `version` (with or without a leading v) is `oldest` or newer. */
function isAtLeast(version, oldest) {
  const [a, b] = [version, oldest].map((text) => text.replace(/^v/, '').split('.').map(Number))
  for (const i of [0, 1, 2]) {
    if (a[i] !== b[i]) return a[i] > b[i]
  }
  return true
}

/**
 * The Node to run on: `{ path, version, why }`, or `{ refused }` with the fix in words.
 * `host` is the Node that asks; it stands in when npm brought none for this platform.
 */
export function chooseNode(root, host = { path: process.execPath, version: process.version }) {
  const system = process.platform === 'win32' ? 'win' : process.platform
  const file = process.platform === 'win32' ? 'node.exe' : 'node'
  const name = `node-${system}-${process.arch}`
  const brought = join(root, 'node_modules', name, 'bin', file)
  if (existsSync(brought)) {
    const version = versionOf(brought)
    if (version !== undefined && isAtLeast(version, oldestNode)) return { path: brought, version, why: `brought by npm as ${name}` }
  }
  if (isAtLeast(host.version, oldestNode)) return { path: host.path, version: host.version, why: 'of this machine' }
  return {
    refused:
      `Waybill needs Node ${oldestNode} or newer; this machine runs ${host.version}, and npm brought none as ${name}.\n` +
      'Fix: run `npm ci` (without --omit=optional), or install Node 24 from https://nodejs.org and run it again.',
  }
}

/** What a Node says its version is, or nothing where it cannot run here (another libc, for one). */
function versionOf(path) {
  try {
    return execFileSync(path, ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
  } catch {
    return undefined
  }
}
