import { availableParallelism } from 'node:os'
import { swcOptions } from './tools/local/swc-options.mjs'

export default {
  // libs and services are read from source, so a test never sees a stale build. Jest adds `import` or `require`
  // itself: naming `import` here would hand ES modules to packages that are still CommonJS.
  testEnvironmentOptions: { customExportConditions: ['waybill:source', 'node', 'node-addons'] },
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '^.+\\.ts$': ['@swc/jest', swcOptions] },
  // Sources import `./stock.js` as Node will run it; here the file is still `./stock.ts`.
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  moduleFileExtensions: ['js', 'mjs', 'cjs', 'ts', 'json', 'node'],
  roots: ['<rootDir>/libs', '<rootDir>/services', '<rootDir>/tools'],
  testMatch: ['**/src/**/*.spec.ts', '**/test/**/*.spec.ts'],
  modulePathIgnorePatterns: ['/dist/'],
  globalSetup: '<rootDir>/tools/local/test-setup.mjs',
  globalTeardown: '<rootDir>/tools/local/test-teardown.mjs',
  reporters: ['default', '<rootDir>/tools/local/test-summary.mjs'],
  maxWorkers: Math.min(2, availableParallelism()),
  // ES modules are never unloaded from a worker, so a long run would grow for ever.
  workerIdleMemoryLimit: '1GB',
  testTimeout: 30_000,
}
