import { importKinds } from '../import/kinds.js'

/** docs/import.md: every kind of file and its columns. */
export function importPage(): string {
  const kinds = importKinds.map(({ name, holds, columns }) =>
    [
      `## ${name}`,
      '',
      `${holds[0]?.toUpperCase() ?? ''}${holds.slice(1)}.`,
      '',
      '| Column | | Form | Means |',
      '|---|---|---|---|',
      ...columns.map(({ name: column, isRequired, form, means }) => `| \`${column}\` | ${isRequired ? 'required' : ''} | ${form.replaceAll('|', '\\|')} | ${means.replaceAll('|', '\\|')} |`),
      '',
    ].join('\n'),
  )
  return [
    '# Bring your own data',
    '',
    'Generated from `tools/local/src/import/kinds.ts` by `npm run generate`.',
    '',
    '    npm run waybill -- import products products.csv',
    '',
    'Files are CSV (comma, semicolon or tab) in UTF-8 with a header; columns in any order. Everything goes over the public APIs, 500 rows a call, so a file of any length needs little memory.',
    'Rows that are refused go to `products.errors.csv`, with the row\'s number, a stable code and what is expected: correct them there and load that file. The same file twice changes nothing.',
    `Load in this order, because a row must find what it names: ${importKinds.map(({ name }) => name).join(', ')}, orders.`,
    '',
    ...kinds,
    '## orders',
    '',
    'CSV with one row per ordered line (rows of one order share channel and reference), or NDJSON with one order a line as `POST /v1/orders` takes it. The columns are those of the order service\'s `POST /v1/orders/imports` ([OpenAPI](../services/order/openapi.json)).',
    '',
  ].join('\n')
}
