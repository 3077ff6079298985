// `npm run check`: one command for people and CI alike. Every check says what it looks at and, when it fails, what to do.
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const bin = (name) => `${root}node_modules/.bin/${name}`

const checks = [
  { name: 'types', fix: 'correct the types; `npx nx run order:typecheck` runs one project', command: [bin('nx'), 'run-many', '-t', 'typecheck', '--parallel=2', '--output-style=static'] },
  { name: 'lint', fix: 'see eslint.config.mjs for the reason of each rule', command: [bin('nx'), 'run-many', '-t', 'lint', '--parallel=2', '--output-style=static'] },
  { name: 'rooms and dependencies', fix: 'move the code to the room it belongs to (docs/architecture.md)', command: [bin('depcruise'), '--config', '.dependency-cruiser.mjs', 'libs', 'services', 'tools'] },
  { name: 'unused files, exports, dependencies', fix: 'delete what nobody uses', command: [bin('knip'), '--no-config-hints'] },
  { name: 'used by tests only', fix: 'delete it, or move it to the test', command: [bin('knip'), '--production', '--no-config-hints'] },
  { name: 'copies', fix: 'name the piece and call it', command: [bin('jscpd'), '--config', '.jscpd.json', 'libs', 'services', 'tools'] },
  { name: 'leftovers', fix: 'finish it or take it out', command: [process.execPath, 'tools/local/check/tidy.mjs'] },
  { name: 'crash points', fix: 'list it, pass it, and let a test die there (libs/kernel/src/crash-point.ts)', command: [process.execPath, 'tools/local/check/crash-points.mjs'] },
  { name: 'failures of others', fix: 'name the test in docs/failures-of-others.md as it is called', command: [process.execPath, 'tools/local/check/failures-of-others.mjs'] },
  { name: 'generated files', fix: 'run `npm run generate` and commit what it changes', command: [process.execPath, 'tools/local/check/generate.mjs', '--check'] },
]

/** Runs one check; its output is shown only when it fails. */
function run({ command }) {
  return new Promise((resolve) => {
    const child = spawn(command[0], command.slice(1), { cwd: root, env: { ...process.env, NX_DAEMON: 'false', NX_TUI: 'false', FORCE_COLOR: '0' } })
    let output = ''
    child.stdout.on('data', (chunk) => (output += chunk))
    child.stderr.on('data', (chunk) => (output += chunk))
    child.on('error', (error) => resolve({ code: 1, output: String(error) }))
    child.on('close', (code) => resolve({ code: code ?? 1, output }))
  })
}

const wanted = process.argv.slice(2)
let failed = 0
for (const check of checks.filter(({ name }) => wanted.length === 0 || wanted.some((word) => name.includes(word)))) {
  process.stdout.write(`${check.name} ... `)
  const started = performance.now()
  const { code, output } = await run(check)
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  console.log(code === 0 ? `ok (${seconds} s)` : `FAILED (${seconds} s)`)
  if (code !== 0) {
    failed += 1
    console.log(output.trimEnd())
    console.log(`  -> ${check.fix}\n`)
  }
}
if (wanted.length === 0) await run({ command: [process.execPath, 'tools/local/check/sizes.mjs'] }).then(({ output }) => console.log(output.trimEnd()))
console.log(failed === 0 ? 'All checks passed.' : `${failed} check(s) failed.`)
process.exit(failed === 0 ? 0 : 1)
