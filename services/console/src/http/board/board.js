// The live board: asks once a second what moved, and opens an order's timeline.
const stages = ['placed', 'reserved', 'confirmed', 'planned', 'picking', 'packed', 'labelled', 'dispatched', 'delivered', 'completed']
const $ = (id) => document.getElementById(id)
const element = (tag, text, attributes = {}) => {
  const made = document.createElement(tag)
  if (text !== undefined) made.textContent = text
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value)
  return made
}
let token = sessionStorage.getItem('token')
let found = null
const seen = new Map()

async function ask(path) {
  const response = await fetch(path, { headers: { authorization: `Bearer ${token}` } })
  if (response.status === 401) {
    token = null
    sessionStorage.removeItem('token')
    $('sign-in').hidden = false
  }
  const body = await response.json()
  if (!response.ok) throw new Error(body.detail ?? body.title)
  return body
}

const money = ({ totalMinor, currency }) => {
  if (totalMinor === null || !currency) return ''
  const format = new Intl.NumberFormat(undefined, { style: 'currency', currency })
  return format.format(totalMinor / 10 ** format.resolvedOptions().maximumFractionDigits)
}

function way(stage) {
  const bar = element('span', undefined, { class: 'way', role: 'img', 'aria-label': stage })
  for (const each of stages) bar.append(element('i', undefined, { class: stages.indexOf(each) <= stages.indexOf(stage) ? 'done' : '', title: each }))
  return bar
}

function row(order) {
  const line = element('tr', undefined, { class: order.status })
  if (seen.has(order.order) && seen.get(order.order) !== order.lastAt) line.classList.add('moved')
  seen.set(order.order, order.lastAt)
  const open = element('button', order.reference ?? order.order, { type: 'button' })
  open.addEventListener('click', () => showTimeline(order))
  const first = element('td')
  first.append(open)
  const bar = element('td')
  bar.append(way(order.stage))
  const backorder = order.backorderedUnits > 0 ? ` (${order.backorderedUnits} on backorder)` : ''
  line.append(first, element('td', order.channel ?? ''), element('td', money(order)), bar, element('td', order.status + backorder), element('td', order.promisedTo ?? ''), element('td', order.lastFact))
  return line
}

async function showTimeline({ order, reference }) {
  const { items } = await ask(`/v1/orders/${order}/timeline`)
  $('timeline-title').textContent = `${reference ?? ''} ${order}`
  $('entries').replaceChildren(
    ...items.map((entry) => {
      const line = element('li')
      line.append(element('time', new Date(entry.at).toLocaleTimeString(), { datetime: entry.at }), ` ${entry.what} `, element('span', `${entry.why ? `because ${entry.why}, ` : ''}by ${entry.who}`, { class: 'why' }))
      return line
    }),
  )
  if (!$('timeline').open) $('timeline').showModal()
}

async function refresh() {
  if (token === null || document.hidden) return
  try {
    const [board, tasks] = await Promise.all([ask('/v1/board'), ask('/v1/tasks?limit=20')])
    const counts = { orders: board.orders, ...board.byStatus, 'open tasks': board.openTasks }
    $('counts').replaceChildren(...Object.entries(counts).map(([name, count]) => {
      const pair = element('div')
      pair.append(element('dt', name), element('dd', count))
      return pair
    }))
    // the focus stays on the line it was on
    const focused = document.activeElement?.closest('#orders tr') ? document.activeElement.textContent : null
    $('orders').replaceChildren(...(found ?? board.latest).map(row))
    if (focused) [...$('orders').querySelectorAll('button')].find((button) => button.textContent === focused)?.focus()
    $('tasks').replaceChildren(...tasks.items.map((task) => element('li', `${task.kind} for ${task.owner}, due ${new Date(task.dueAt).toLocaleString()}: ${task.why}`)))
    $('message').textContent = ''
  } catch (error) {
    $('message').textContent = `Not up to date: ${error.message}`
  }
}

function signIn(given) {
  token = given
  sessionStorage.setItem('token', token)
  $('sign-in').hidden = true
  return refresh()
}

$('sign-in').addEventListener('submit', (event) => {
  event.preventDefault()
  signIn($('token').value.trim())
})
$('development').addEventListener('click', async () => signIn((await (await fetch('/dev/token?role=operator&name=Otto')).json()).token))
$('find').addEventListener('submit', async (event) => {
  event.preventDefault()
  const search = $('search').value.trim()
  found = search === '' ? null : (await ask(`/v1/orders?search=${encodeURIComponent(search)}`)).items
  await refresh()
})

$('sign-in').hidden = token !== null
const development = await fetch('/dev/token?role=operator&name=Otto').catch(() => null)
$('development').hidden = !development?.ok
await refresh()
setInterval(refresh, 1000)
