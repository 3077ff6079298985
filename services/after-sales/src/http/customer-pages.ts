import type { ReturnableLine } from '../care/care.queries.js'
import { feedbackCauses } from '../feedback/feedback.js'
import { returnReasons } from '../returns/return.js'

const escape = (text: string): string => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`)
const words = (code: string): string => escape(code.replaceAll('-', ' '))

const page = (title: string, body: string): string => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><meta name="robots" content="noindex"><title>${title}</title>
<link rel="icon" href="data:,"><link rel="stylesheet" href="/customer.css"><script type="module" src="/customer.js"></script></head>
<body><main><h1>${title}</h1>${body}<p role="status" id="answer"></p></main></body></html>`

/** The page that asks a customer how it went. */
export const feedbackPage = (token: string): string =>
  page(
    'How did it go?',
    `<form data-kind="feedback" action="/v1/feedback/link/${escape(token)}"><fieldset><legend>Your delivery</legend>${[1, 2, 3, 4, 5]
      .map((csat) => `<label><input type="radio" name="csat" value="${csat}" required> ${csat}${csat === 1 ? ' very bad' : csat === 5 ? ' very good' : ''}</label>`)
      .join('')}</fieldset><fieldset><legend>What was it about?</legend>${feedbackCauses
      .map((cause) => `<label><input type="checkbox" name="causes" value="${cause}"> ${words(cause)}</label>`)
      .join('')}</fieldset><p><label for="nps">Would you recommend us? (0 to 10)</label> <input id="nps" name="nps" type="number" min="0" max="10"></p>
<p><label for="text">In your own words</label><textarea id="text" name="text" rows="4" maxlength="2000"></textarea></p><button>Send</button></form>`,
  )

/** The page on which a customer says what he sends back. */
export const returnPage = (token: string, lines: readonly ReturnableLine[]): string =>
  page(
    'Send something back',
    `<form data-kind="return" action="/v1/returns/link/${escape(token)}"><table><thead><tr><th>Product</th><th>Until</th><th>Units</th><th>Why</th></tr></thead><tbody>${lines
      .map(
        ({ line, product, returnableUnits, until }) =>
          `<tr data-line="${line}"><td>${escape(product)}</td><td>${escape(until ?? '-')}</td><td><input type="number" name="units" aria-label="Units of ${escape(product)}" min="0" max="${returnableUnits}" value="0"${returnableUnits === 0 ? ' disabled' : ''}></td><td><select name="reason" aria-label="Why">${returnReasons
            .map((reason) => `<option value="${reason}">${words(reason)}</option>`)
            .join('')}</select></td></tr>`,
      )
      .join('')}</tbody></table><button>Send back</button></form>`,
  )
