// `node --import ./tools/local/from-source.mjs program.ts` runs a program as the tests see the code: from source, never
// from a stale build. For programs that a test starts to kill, stop or stall them.
import { transformSync } from '@swc/core'
import { existsSync, readFileSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { fileURLToPath } from 'node:url'
import { swcOptions } from './swc-options.mjs'

registerHooks({
  resolve(specifier, context, next) {
    // Sources import `./stock.js` as Node will run it; here the file is still `./stock.ts`.
    if (specifier.startsWith('.') && specifier.endsWith('.js') && context.parentURL?.endsWith('.ts') === true) {
      const source = new URL(specifier.replace(/\.js$/, '.ts'), context.parentURL)
      if (existsSync(source)) return { url: source.href, format: 'module', shortCircuit: true }
    }
    return next(specifier, { ...context, conditions: [...(context.conditions ?? []), 'waybill:source'] })
  },
  load(url, context, next) {
    if (!url.endsWith('.ts')) return next(url, context)
    const file = fileURLToPath(url)
    const { code } = transformSync(readFileSync(file, 'utf8'), { ...swcOptions, filename: file, sourceMaps: 'inline' })
    return { format: 'module', source: code, shortCircuit: true }
  },
})
