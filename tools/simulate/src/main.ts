import { run } from './run.js'
const first = Number(process.argv[2] ?? 1), n = Number(process.argv[3] ?? 1)
let steps = 0; const t = performance.now()
for (let seed = first; seed < first + n; seed++) {
  const r = await run({ seed, steps: 700 })
  steps += r.steps
  if (r.broken.length) { console.log(seed, r.orders, r.script.length, r.broken.slice(0,3).map(x=>x.slice(0,900))); if (process.argv[4] !== 'on') break }
}
console.log(Math.round(steps / (performance.now() - t) * 1000), 'steps/s', steps, 'steps')
