import tseslint from 'typescript-eslint'

/*
 * What the compiler cannot say. One planted violation per rule of ours stands in tools/local/check/probes.mjs.
 * Business rooms: no `any`, no clock, no randomness, no process, no console (style guide, check 9).
 */
const technical = ['kafka', 'http', 'postgres', 'timers', 'outside', 'documents', 'use-cases', 'migrations']
const tests = ['**/*.spec.ts', '**/test/**/*.ts']

const noQueryTimeout = {
  selector: "Property[key.name='query_timeout']",
  message: 'query_timeout poisons pooled connections (hazard H11): use statement_timeout on the server.',
}

export default tseslint.config(
  { ignores: ['**/dist/**', '**/node_modules/**', '.waybill/**', '.nx/**', 'coverage/**', '**/*.mjs', '**/*.js', 'services/console/web/**'] },
  {
    files: ['libs/**/*.ts', 'services/**/*.ts', 'tools/**/*.ts'],
    extends: [tseslint.configs.base],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrors: 'all', caughtErrorsIgnorePattern: '^_' }],
      '@typescript-eslint/ban-ts-comment': 'error',
      '@typescript-eslint/only-throw-error': 'error',
      'no-empty': ['error', { allowEmptyCatch: false }],
      'no-constant-condition': ['error', { checkLoops: 'allExceptWhileTrue' }],
      'no-restricted-syntax': ['error', noQueryTimeout],
      'prefer-const': 'error',
      'no-var': 'error',
      eqeqeq: ['error', 'always', { null: 'ignore' }],
    },
  },
  {
    files: ['services/*/src/*/**/*.ts'],
    ignores: [...technical.map((room) => `services/*/src/${room}/**`), ...tests],
    rules: {
      'no-restricted-globals': ['error', 'process', 'console', 'setTimeout', 'setInterval', 'fetch', 'performance'],
      'no-restricted-syntax': [
        'error',
        noQueryTimeout,
        { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: 'The clock is passed in as `now`.' },
        { selector: "CallExpression[callee.object.name='Date'][callee.property.name='now']", message: 'The clock is passed in as `now`.' },
        { selector: "MemberExpression[object.name='Math'][property.name='random']", message: 'Randomness is passed in.' },
      ],
    },
  },
  {
    files: ['services/*/src/use-cases/**/*.ts'],
    ignores: tests,
    rules: {
      'no-restricted-imports': ['error', { paths: [{ name: '@nestjs/common', allowImportNames: ['Injectable'], message: 'A use-case knows the order of steps and nothing of the framework but Injectable.' }] }],
    },
  },
  {
    files: ['services/*/src/**/*.ts'],
    ignores: ['services/*/src/main.ts', ...tests],
    rules: { 'no-restricted-properties': ['error', { object: 'process', property: 'env', message: 'The environment is read once, in config.ts, from what createService is given.' }] },
  },
)
