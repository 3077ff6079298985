#!/usr/bin/env node
// The one door behind every npm script. Runs on whatever Node npm was started with (20 or newer) and hands over to
// the Node that the project brings along, so that nobody has to install one first.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { constants } from 'node:os'
import { chooseNode } from './choose-node.mjs'

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..')
const local = join(root, 'tools', 'local')

/** Seven services at work in 210 MB instead of 490: V8 prefers memory to speed, glibc keeps one arena instead of eight. */
const smallHeap = ['--optimize-for-size', '--max-semi-space-size=4']
const smallArenas = { MALLOC_ARENA_MAX: '1' }

/** What each command runs, after the build where `build` is true. */
const commands = {
  build: { build: true },
  start: { build: true, main: 'tools/local/dist/start.js', isSmall: true },
  waybill: { build: true, main: 'tools/local/dist/waybill.js' },
  demo: { build: true, main: 'tools/simulator/dist/main.js', isSmall: true },
  verify: { build: true, main: 'tools/verify/dist/main.js' },
  faults: { build: true, main: 'tools/faults/dist/main.js' },
  simulate: { build: true, main: 'tools/simulate/dist/main.js' },
  fuzz: { build: true, main: 'tools/fuzz/dist/main.js' },
  bench: { build: true, main: 'tools/bench/dist/main.js' },
  test: { build: false, test: true },
  check: { build: false, script: 'check/check.mjs' },
  'check:probes': { build: true, script: 'check/probes.mjs' },
  generate: { build: true, script: 'check/generate.mjs' },
}

const [name, ...args] = process.argv.slice(2)
const command = name === undefined ? undefined : commands[name]
if (command === undefined) {
  console.error(`Usage: node tools/local/run.mjs <${Object.keys(commands).join('|')}> [arguments]`)
  process.exit(2)
}

const node = chooseNode(root)
if (node.refused !== undefined) {
  console.error(node.refused)
  process.exit(1)
}

/** Runs one program to its end and answers its exit code; a signal meant for us is meant for it. */
function run(nodeArgs) {
  const env = { ...(command.isSmall === true ? smallArenas : {}), ...process.env }
  const child = spawn(node.path, nodeArgs, { cwd: root, stdio: 'inherit', env })
  // A terminal sends Ctrl-C to the whole group, so the child has it already; `kill PID` reaches only us.
  const forward = (signal) => {
    if (signal === 'SIGINT' && process.stdin.isTTY) return
    child.kill(signal)
  }
  process.on('SIGINT', forward)
  process.on('SIGTERM', forward)
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('exit', (code, signal) => {
      process.off('SIGINT', forward)
      process.off('SIGTERM', forward)
      resolve(signal === null ? code : 128 + constants.signals[signal])
    })
  })
}

/** The program of a command, or the reason why it is not there. */
function program(path) {
  if (!existsSync(path)) {
    console.error(`\`${name}\` has no program at ${path}.`)
    process.exit(1)
  }
  return path
}

let code = 0
if (command.build) {
  code = await run([join(local, 'build.mjs'), ...(name === 'build' ? args : ['--quiet'])])
}
if (code === 0 && command.main !== undefined) {
  code = await run(['--enable-source-maps', '--disable-warning=TimeoutNegativeWarning', ...(command.isSmall === true ? smallHeap : []), program(join(root, command.main)), ...args])
}
if (code === 0 && command.script !== undefined) {
  code = await run([program(join(local, command.script)), ...args])
}
if (code === 0 && command.test === true) {
  console.log(`Tests on Node ${node.version} (${node.why})`)
  code = await run([
    '--experimental-vm-modules',
    // Nobody can act on "VM Modules is an experimental feature"; it would head every file's output.
    '--disable-warning=ExperimentalWarning',
    // kafkajs 2.2.4 asks for timers in the past, which Node 24 remarks on once a process.
    '--disable-warning=TimeoutNegativeWarning',
    join(root, 'node_modules', 'jest', 'bin', 'jest.js'),
    '--config',
    join(root, 'jest.config.mjs'),
    ...args,
  ])
}
process.exit(code)
