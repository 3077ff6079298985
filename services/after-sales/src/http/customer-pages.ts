import type { ReturnableLine } from '../care/care.queries.js'
import { feedbackCauses } from '../feedback/feedback.js'
import { returnReasons } from '../returns/return.js'

const escape = (text: string): string => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`)
const words = (code: string): string => escape(code.replaceAll('-', ' '))

const page = (title: string, body: string, script: string): string => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><meta name="robots" content="noindex"><title>${title}</title>
<style>body{font:1.1rem/1.5 system-ui,sans-serif;max-width:36rem;margin:2rem auto;padding:0 1rem;color:#1a1a1a}fieldset{border:1px solid #767676;border-radius:.4rem;margin:0 0 1rem}
label{display:inline-block;margin:.2rem .8rem .2rem 0}button{font:inherit;padding:.6rem 1.4rem;border:0;border-radius:.4rem;background:#0b5cad;color:#fff}button:focus,input:focus,select:focus,textarea:focus{outline:3px solid #f90}
textarea{width:100%;font:inherit;box-sizing:border-box}table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.3rem}[role=status]{font-weight:bold;min-height:1.5em}</style></head>
<body><main><h1>${title}</h1>${body}<p role="status" id="answer"></p></main>
<script type="module">
const form = document.querySelector('form'), answer = document.querySelector('#answer')
// one key for this page: pressing the button twice is one request
const key = crypto.randomUUID()
form.addEventListener('submit', async (event) => {
  event.preventDefault()
  const body = (${script})(form)
  if (!body) return
  const response = await fetch(form.action, { method: 'POST', headers: { 'content-type': 'application/json', 'idempotency-key': key }, body: JSON.stringify(body) }).catch(() => null)
  if (!response) { answer.textContent = 'We cannot be reached. Please try again.'; return }
  const result = await response.json()
  answer.textContent = !response.ok ? (result.detail ?? result.title) : result.status === 'rejected' ? result.why : result.status === 'approved' ? 'Your return is approved. Please send it by ' + result.sendBackUntil + '.' : 'Thank you.'
  if (response.ok) form.hidden = true
})
</script></body></html>`

/** The page that asks a customer how it went. */
export const feedbackPage = (token: string): string =>
  page(
    'How did it go?',
    `<form action="/v1/feedback/link/${escape(token)}"><fieldset><legend>Your delivery</legend>${[1, 2, 3, 4, 5]
      .map((csat) => `<label><input type="radio" name="csat" value="${csat}" required> ${csat}${csat === 1 ? ' very bad' : csat === 5 ? ' very good' : ''}</label>`)
      .join('')}</fieldset><fieldset><legend>What was it about?</legend>${feedbackCauses
      .map((cause) => `<label><input type="checkbox" name="causes" value="${cause}"> ${words(cause)}</label>`)
      .join('')}</fieldset><p><label for="nps">Would you recommend us? (0 to 10)</label> <input id="nps" name="nps" type="number" min="0" max="10"></p>
<p><label for="text">In your own words</label><textarea id="text" name="text" rows="4" maxlength="2000"></textarea></p><button>Send</button></form>`,
    `(form) => { const data = new FormData(form); return { csat: Number(data.get('csat')), causes: data.getAll('causes'), text: data.get('text'), ...(data.get('nps') ? { nps: Number(data.get('nps')) } : {}) } }`,
  )

/** The page on which a customer says what he sends back. */
export const returnPage = (token: string, lines: readonly ReturnableLine[]): string =>
  page(
    'Send something back',
    `<form action="/v1/returns/link/${escape(token)}"><table><thead><tr><th>Product</th><th>Until</th><th>Units</th><th>Why</th></tr></thead><tbody>${lines
      .map(
        ({ line, product, returnableUnits, until }) =>
          `<tr data-line="${line}"><td>${escape(product)}</td><td>${escape(until ?? '-')}</td><td><input type="number" name="units" aria-label="Units of ${escape(product)}" min="0" max="${returnableUnits}" value="0"${returnableUnits === 0 ? ' disabled' : ''}></td><td><select name="reason" aria-label="Why">${returnReasons
            .map((reason) => `<option value="${reason}">${words(reason)}</option>`)
            .join('')}</select></td></tr>`,
      )
      .join('')}</tbody></table><button>Send back</button></form>`,
    `(form) => { const lines = [...form.querySelectorAll('tr[data-line]')].map((row) => ({ line: Number(row.dataset.line), units: Number(row.querySelector('[name=units]').value), reason: row.querySelector('[name=reason]').value })).filter(({ units }) => units > 0); return lines.length > 0 ? { lines } : null }`,
  )
