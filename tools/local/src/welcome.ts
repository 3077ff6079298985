import type { Installation } from './installation/installation.js'

/** What a person wants to know once everything is up. */
export function welcome({ services, mailUrl, paymentsUrl, carriersUrl, infrastructure }: Installation): string {
  const rows: readonly (readonly [string, string])[] = [
    ['Console', services.console],
    ['Orders API', `${services.order}/docs`],
    ...Object.entries(services)
      .filter(([name]) => name !== 'console' && name !== 'order')
      .map(([name, url]) => [`${name[0]?.toUpperCase()}${name.slice(1)} API`, `${url}/docs`] as const),
    ['Mail (caught)', mailUrl],
    ['Payment sandbox', paymentsUrl],
    ['Carrier sandbox', carriersUrl],
    ['Runs on', infrastructure],
  ]
  const width = Math.max(...rows.map(([name]) => name.length))
  return ['', 'Waybill is up.', ...rows.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`), '', 'Ctrl-C stops it; the next start finds its data again.', ''].join('\n')
}
