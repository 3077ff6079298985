import type { TrackedShipment, TrackingPage } from './tracking.view.js'

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => escapes[character] ?? '')

/** Nothing is loaded from anywhere, and nothing runs: the page is this text alone. */
export const PAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

const frame = (title: string, body: string): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta name="referrer" content="no-referrer">
<title>${escaped(title)}</title>
<style>
body { margin: 0 auto; padding: 1.5rem; max-width: 44rem; font: 1rem/1.5 system-ui, sans-serif; color: #1b1f24; background: #fff }
h1 { font-size: 1.6rem; margin: 0 0 1rem } h2 { font-size: 1.25rem; margin: 2rem 0 .5rem } h3 { font-size: 1rem; margin: 1.25rem 0 .25rem }
.status { font-size: 1.25rem; font-weight: 600; padding: .75rem 1rem; background: #eef4fb; border-left: .35rem solid #0b57a4 }
table { border-collapse: collapse; width: 100% } th, td { text-align: left; padding: .4rem .6rem .4rem 0; border-bottom: 1px solid #c8d0da; vertical-align: top }
caption { text-align: left; font-weight: 600; padding: .25rem 0 } ol { padding-left: 1.25rem } time { color: #454d57 }
</style>
</head>
<body>
<main>
${body}
</main>
</body>
</html>
`

/** The page behind a tracking link. */
export function trackingPage(page: TrackingPage): string {
  const several = page.shipments.length > 1
  const greeting = page.greeting ? `<p>For ${escaped(page.greeting.firstName)} in ${escaped(page.greeting.city)}</p>` : ''
  const body = page.shipments.length === 0 ? '<p class="status">In preparation</p><p>Nothing has been sent yet.</p>' : page.shipments.map((shipment, place) => section(shipment, several ? place + 1 : null)).join('\n')
  return frame('Your delivery', `<h1>Your delivery</h1>\n${greeting}\n${body}`)
}

/** What somebody sees whose link is not ours. */
export const noSuchLinkPage = (): string => frame('Link not valid', '<h1>This link is not valid</h1>\n<p>Please open the link from your e-mail again, whole.</p>')

function section(shipment: TrackedShipment, number: number | null): string {
  const { statusText, carrier, service, mode, expected, parcels, history } = shipment
  const isOver = shipment.status === 'DELIVERED'
  return `<section>
${number === null ? '' : `<h2>Shipment ${number}</h2>`}
<p class="status" role="status">${escaped(statusText)}</p>
${expected && !isOver ? `<p>Expected ${expected.from === expected.to ? `on ${day(expected.to)}` : `from ${day(expected.from)} to ${day(expected.to)}`}</p>` : ''}
${carrier === null ? '' : `<p>By ${escaped(mode ?? '')} with ${escaped(carrier)}, ${escaped(service ?? '')}</p>`}
${parcels.length === 0 ? '' : `<table><caption>Parcels</caption><thead><tr><th scope="col">Tracking number</th><th scope="col">Status</th></tr></thead><tbody>
${parcels.map((parcel) => `<tr><td>${escaped(parcel.trackingNumber ?? 'not yet known')}</td><td>${escaped(parcel.statusText)}</td></tr>`).join('\n')}
</tbody></table>`}
<h3>History</h3>
<ol reversed>
${history.map(({ at, text, place, trackingNumber }) => `<li><time datetime="${at.toISOString()}">${minute(at)}</time> ${escaped(text)}${place === null ? '' : `, ${escaped(place)}`}${parcels.length > 1 && trackingNumber !== null ? ` (${escaped(trackingNumber)})` : ''}</li>`).join('\n')}
</ol>
</section>`
}

const day = (date: string): string => `<time datetime="${escaped(date)}">${escaped(date)}</time>`
const minute = (at: Date): string => `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`
