// The two forms behind the links in a customer's mail: how did it go, and what is sent back.
const form = document.querySelector('form')
const answer = document.querySelector('#answer')
// one key for this page, so that pressing the button twice is one request; randomUUID is missing on plain http
const key = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('')

const bodies = {
  feedback: () => {
    const data = new FormData(form)
    const nps = data.get('nps')
    return { csat: Number(data.get('csat')), causes: data.getAll('causes'), text: data.get('text'), ...(nps ? { nps: Number(nps) } : {}) }
  },
  return: () => {
    const lines = [...form.querySelectorAll('tr[data-line]')]
      .map((row) => ({ line: Number(row.dataset.line), units: Number(row.querySelector('[name=units]').value), reason: row.querySelector('[name=reason]').value }))
      .filter(({ units }) => units > 0)
    return lines.length > 0 ? { lines } : undefined
  },
}

function told(isOk, result) {
  if (!isOk) return result.detail ?? result.title
  if (result.status === 'rejected') return result.why
  if (result.status === 'approved') return `Your return is approved. Please send it by ${result.sendBackUntil}.`
  return 'Thank you.'
}

form.addEventListener('submit', async (event) => {
  event.preventDefault()
  const body = bodies[form.dataset.kind]()
  if (!body) {
    answer.textContent = 'Please say how many units you send back.'
    return
  }
  try {
    const response = await fetch(form.action, { method: 'POST', headers: { 'content-type': 'application/json', 'idempotency-key': key }, body: JSON.stringify(body) })
    answer.textContent = told(response.ok, await response.json())
    form.hidden = response.ok
  } catch {
    answer.textContent = 'We cannot be reached. Please try again.'
  }
})
