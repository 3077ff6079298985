// What the picking and packing pages share: sign-in, our API, one focused input, and refusals that nobody overlooks.

const byId = (id) => document.getElementById(id)
const session = { get: (key) => sessionStorage.getItem(`floor-${key}`) ?? '', set: (key, value) => sessionStorage.setItem(`floor-${key}`, value) }

/** The same code within this time is a trigger pulled twice. Unit: ms. */
const TWICE_WITHIN_MS = 300

export const newId = () => crypto.randomUUID?.() ?? `${Date.now()}-${Math.random().toString(36).slice(2)}`

/** What a scanner sent, without what no label holds. ASCII 29 divides GS1 fields and travels as its symbol. */
export const clean = (text) => text.replaceAll('\x1d', '\u241d').replace(/[\x00-\x1f\x7f]/g, '').trim()

/** An answer that says no. */
export class Refused extends Error {
  constructor(problem) {
    super(problem.detail ?? problem.title ?? 'Something went wrong')
    this.code = problem.code
    this.expected = problem.expected ?? {}
  }
}

/** Asks our own API. Repeats a request that got no answer under the same key, so that it is done once. */
export async function ask(method, path, body, key = newId()) {
  for (let attempt = 1; ; attempt++) {
    try {
      const headers = { authorization: `Bearer ${session.get('token')}` }
      if (method !== 'GET') headers['idempotency-key'] = key
      if (body !== undefined) headers['content-type'] = 'application/json'
      const response = await fetch(path, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) })
      const answer = await response.json()
      if (response.ok) return answer
      if (response.status === 401) session.set('token', '')
      if (answer.retryable !== true || answer.expected !== undefined || attempt === 3) throw new Refused(answer)
    } catch (error) {
      if (error instanceof Refused) throw error
      if (attempt === 3) throw new Refused({ code: 'no-answer', detail: 'The warehouse does not answer. Try again.' })
    }
    await new Promise((resolve) => setTimeout(resolve, attempt * 500))
  }
}

let sounds
/** Two low tones: wrong. One high tone: right. Browsers that have no sound stay silent. */
function sound(frequencies) {
  const Sounds = globalThis.AudioContext
  if (!Sounds) return
  sounds ??= new Sounds()
  frequencies.forEach((frequency, index) => {
    const tone = sounds.createOscillator()
    tone.frequency.value = frequency
    tone.connect(sounds.destination)
    tone.start(sounds.currentTime + index * 0.18)
    tone.stop(sounds.currentTime + index * 0.18 + 0.15)
  })
}

const words = ([name, value]) => (Array.isArray(value) ? value.map((each) => Object.entries(each).map(words).join(', ')).join('; ') : value === null ? '' : `${name} ${value}`)

/** Big, red, with sound: what was wrong, and what was expected. */
export function showRefusal(error) {
  const box = byId('refusal')
  box.replaceChildren(document.createTextNode(error.message))
  const expected = Object.entries(error.expected ?? {}).map(words).filter(Boolean).join(', ')
  if (expected) box.append(element('small', `Expected: ${expected}`))
  box.dataset.code = error.code ?? ''
  box.hidden = false
  byId('done').hidden = true
  sound([220, 160])
}

export function showDone(text) {
  byId('refusal').hidden = true
  byId('done').hidden = text === ''
  byId('done').textContent = text
  if (text) sound([880])
}

/** Text only: what a label or a product's name says never becomes markup. */
export function element(name, text = '', className = '') {
  const made = document.createElement(name)
  made.textContent = text
  if (className) made.className = className
  return made
}

/** A list of terms; `now` marks the one that is asked for. */
export function terms(rows) {
  const list = element('dl')
  for (const { term, text, huge, wide, note, now } of rows) {
    const row = element('div', '', [wide && 'wide', note && 'note', now && 'now'].filter(Boolean).join(' '))
    row.append(element('dt', term), element('dd', text, huge ? 'huge' : ''))
    list.append(row)
  }
  return list
}

let offered = ''

/** Says what is to be scanned or typed next, and puts the cursor there. What a fast scanner has begun to type stays. */
export function ready(question, value = '') {
  const input = byId('code')
  const isUntouched = input.value === '' || input.value === offered
  byId('scan').hidden = false
  byId('ask').textContent = question
  input.focus()
  if (!isUntouched) return
  offered = value
  input.value = value
  input.select()
}

/**
 * Runs a page: signs in as a role, then hands every line that is entered to `entered`, one at a time. `keys` are the
 * function keys it knows.
 */
export function runPage({ role, begin, entered, keys = {}, hint = '' }) {
  const input = byId('code')
  byId('keys').textContent = hint
  let before = Promise.resolve()
  let last = { text: '', at: 0 }

  // one after another: a fast scanner does not wait for answers, and no scan may get lost
  const doing = (work) => {
    before = before.then(work).catch((error) => {
      showRefusal(error)
      if (session.get('token') === '') showSignIn()
      else ready(byId('ask').textContent)
    })
  }

  function showSignIn() {
    byId('sign-in').hidden = false
    byId('scan').hidden = true
    byId('task').replaceChildren()
    byId('name').value = session.get('name')
    byId('location').value = session.get('location')
    byId('name').focus()
  }

  async function start() {
    byId('sign-in').hidden = true
    byId('who').textContent = `${session.get('name')}, ${session.get('location')}`
    await begin(session.get('location'))
  }

  byId('sign-in').addEventListener('submit', (event) => {
    event.preventDefault()
    doing(async () => {
      session.set('name', byId('name').value.trim())
      session.set('location', byId('location').value.trim())
      const pasted = byId('token').value.trim()
      session.set('token', pasted || (await ask('GET', `/dev/token?role=${role}&name=${encodeURIComponent(session.get('name'))}`)).token)
      showDone('')
      await start()
    })
  })

  byId('scan').addEventListener('submit', (event) => {
    event.preventDefault()
    const text = clean(input.value)
    const at = Date.now()
    const isTwice = text !== '' && text === last.text && at - last.at < TWICE_WITHIN_MS
    last = { text, at }
    input.value = ''
    if (!isTwice) doing(() => entered(text))
  })

  document.addEventListener('keydown', (event) => {
    // many scanners send ASCII 29 as Ctrl+]
    if (event.ctrlKey && event.key === ']') {
      event.preventDefault()
      input.setRangeText('\u241d', input.selectionStart, input.selectionEnd, 'end')
    } else if (keys[event.key]) {
      event.preventDefault()
      doing(keys[event.key])
    }
  })
  // whatever a stray touch does, the next scan lands where it is expected
  document.addEventListener('click', () => {
    if (!byId('scan').hidden) input.focus()
  })

  if (session.get('token')) doing(start)
  else showSignIn()
}

export const show = (...children) => byId('task').replaceChildren(...children)
