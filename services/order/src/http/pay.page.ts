import type { PayView } from '../orders/order-views.js'

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
const text = (value: string): string => value.replace(/[&<>"']/g, (sign) => escapes[sign] ?? '')

const words: Readonly<Record<PayView['status'], string>> = {
  open: 'Your way to pay was refused. Choose another one to keep your order.',
  'in-progress': 'Your payment is on its way. This page shows the outcome.',
  paid: 'This order is paid. Thank you.',
  over: 'This order can no longer be paid.',
}

/** One plain page: what is due, until when, and a field for the provider's token. Works on a phone and without styles. */
export function payPage(view: PayView & { readonly amount: string }, token: string): string {
  const until = view.payUntil === null || view.status !== 'open' ? '' : `<p>Pay until <time datetime="${text(view.payUntil)}">${text(view.payUntil)}</time>.</p>`
  const form =
    view.status === 'open'
      ? `<form id="pay"><label>Payment token <input name="token" required maxlength="200" autocomplete="off"></label> <button>Pay ${text(view.amount)} ${text(view.currency)}</button></form>`
      : ''
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">
<title>Pay order ${text(view.reference)}</title>
<style>body{font:1rem/1.5 system-ui,sans-serif;max-width:32rem;margin:2rem auto;padding:0 1rem}button,input{font:inherit;padding:.5rem}</style></head>
<body><h1>Order ${text(view.reference)}</h1>
<p><strong>${text(view.amount)} ${text(view.currency)}</strong></p>
<p role="status" id="status">${words[view.status]}</p>${until}${form}
<script>
const form = document.getElementById('pay'), status = document.getElementById('status')
form?.addEventListener('submit', async (event) => {
  event.preventDefault()
  const body = JSON.stringify({ token: new FormData(form).get('token') })
  const answer = await fetch('/v1/pay/${encodeURIComponent(token)}', { method: 'POST', headers: { 'content-type': 'application/json', 'idempotency-key': 'page-' + Date.now() + '-' + Math.random() }, body })
  status.textContent = answer.ok ? ${JSON.stringify(words['in-progress'])} : (await answer.json()).title
  if (answer.ok) setTimeout(() => location.reload(), 3000)
})
</script></body></html>
`
}
