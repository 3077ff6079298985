import type { Installation } from './installation/installation.js'

/** What a person wants to know once everything is up. */
export function welcome({ services, mailUrl, paymentsUrl, carriersUrl, infrastructure }: Installation): string {
  const { console: board, warehouse, ...apis } = services
  const rows: readonly (readonly [string, string])[] = [
    ['Live orders', board],
    ['Picking', `${warehouse}/picking`],
    ['Packing', `${warehouse}/packing`],
    ['Mail (caught)', mailUrl],
    ...Object.entries({ ...apis, warehouse, console: board }).map(([name, url]) => [`${name[0]?.toUpperCase()}${name.slice(1)} API`, `${url}/openapi.json`] as const),
    ['Payment sandbox', paymentsUrl],
    ['Carrier sandbox', carriersUrl],
    ['Runs on', infrastructure],
  ]
  const width = Math.max(...rows.map(([name]) => name.length))
  return ['', 'Waybill is up.', ...rows.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`), '', 'Ctrl-C stops it; the next start finds its data again.', ''].join('\n')
}
