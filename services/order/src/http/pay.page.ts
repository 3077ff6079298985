import type { PayView } from '../orders/order-views.js'

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
const text = (value: string): string => value.replace(/[&<>"']/g, (sign) => escapes[sign] ?? '')

const words: Readonly<Record<PayView['status'], string>> = {
  open: 'Your way to pay was refused. Choose another one to keep your order.',
  'in-progress': 'Your payment is on its way. This page shows the outcome.',
  paid: 'This order is paid. Thank you.',
  over: 'This order can no longer be paid.',
}

/** One plain page: what is due, until when, and a field for the provider's token. Its script comes from beside it: the house allows none within. */
export function payPage(view: PayView & { readonly amount: string }, token: string): string {
  const amount = `${text(view.amount)} ${text(view.currency)}`
  const until = view.payUntil === null || view.status !== 'open' ? '' : `<p>Pay until <time datetime="${text(view.payUntil)}">${text(view.payUntil.slice(0, 16).replace('T', ' '))} UTC</time>.</p>`
  const form =
    view.status === 'open'
      ? `<form action="/v1/pay/${text(encodeURIComponent(token))}"><label>Payment token <input name="token" required maxlength="200" autocomplete="off"></label> <button>Pay ${amount}</button></form>`
      : ''
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">
<title>Pay order ${text(view.reference)}</title>
<style>body{font:1rem/1.5 system-ui,sans-serif;max-width:32rem;margin:2rem auto;padding:0 1rem}button,input{font:inherit;padding:.5rem}</style>
<script type="module" src="/pay.js"></script></head>
<body><main><h1>Order ${text(view.reference)}</h1><p><strong>${amount}</strong></p>
<p role="status" data-status="${view.status}">${words[view.status]}</p>${until}${form}</main></body></html>
`
}

/** Sends the form as JSON and looks again while a payment is on its way. */
export const payScript = `const form = document.querySelector('form')
const status = document.querySelector('[role=status]')
// plain http has no crypto.randomUUID; the order itself sees to it that two presses pay once
const key = 'page-' + Date.now() + '-' + Math.random().toString(36).slice(2)
const lookAgain = () => setTimeout(() => location.reload(), 2000)
if (status.dataset.status === 'in-progress') lookAgain()
form?.addEventListener('submit', async (event) => {
  event.preventDefault()
  const body = JSON.stringify({ token: new FormData(form).get('token') })
  const headers = { 'content-type': 'application/json', 'idempotency-key': key }
  const answer = await fetch(form.action, { method: 'POST', headers, body }).catch(() => null)
  if (!answer) { status.textContent = 'We cannot be reached. Please try again.'; return }
  if (answer.ok) { status.textContent = 'Your payment is on its way. This page shows the outcome.'; form.hidden = true; lookAgain() }
  else status.textContent = (await answer.json()).title
})
`
