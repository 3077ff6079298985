import { ask, element, newId, ready, Refused, runPage, show, showDone, showRefusal, terms } from './floor.js'

let location = ''
let list = null
let task = null
/** What has been scanned at this stop so far: bin, then product, then lot, then how many. */
let scanned = {}

const step = () => (!task ? 'idle' : scanned.wants ? scanned.wants : !scanned.bin ? 'bin' : !scanned.product ? 'product' : wantsLot() && !scanned.lot ? 'lot' : 'units')
/** A bare barcode does not name the lot; a GS1 label does. */
const wantsLot = () => task.lot !== null && (scanned.product === task.barcode || scanned.product === task.product)

const questions = {
  idle: () => 'Press Enter to look again',
  bin: () => `Scan bin ${task.bin}`,
  product: () => `Scan ${task.name}`,
  lot: () => `Scan lot ${task.lot}`,
  units: () => 'How many? Enter takes the number shown',
  'damage-units': () => 'How many are damaged?',
  'damage-reason': () => 'What is wrong with them?',
  'short-reason': () => 'Enter: the bin is empty. Or say why',
}

function draw() {
  const at = step()
  if (!task) show(element('p', 'Nothing to pick at the moment.'))
  else
    show(
      terms([
        { term: 'Bin', text: task.bin, huge: true, wide: true, now: at === 'bin' },
        { term: 'Take', text: `${task.units} x`, huge: true, now: at === 'units' },
        { term: 'Into tote', text: String(task.tote), huge: true },
        { term: 'Product', text: `${task.name} (${task.barcode})`, wide: true, now: at === 'product' },
        ...(task.lot === null ? [] : [{ term: 'Lot', text: task.expiresOn ? `${task.lot}, good until ${task.expiresOn}` : task.lot, wide: true, now: at === 'lot' }]),
        ...(task.handlingInstruction ? [{ term: `Handling: ${task.handling.join(', ')}`, text: task.handlingInstruction, wide: true, note: true }] : []),
      ]),
    )
  ready(questions[at](), at === 'units' ? String(task.units) : at === 'damage-units' ? '1' : '')
}

async function next() {
  scanned = {}
  task = null
  if (!list) list = (await ask('POST', '/v1/pick-lists/claim', { location })).list
  if (list) task = (await ask('GET', `/v1/pick-lists/${list.id}/next`)).task
  if (list && !task) {
    list = null
    return next()
  }
  draw()
}

/** Tells what was scanned. A refusal goes back to the step that it is about. */
async function tell(body) {
  try {
    const answer = await ask('POST', `/v1/pick-tasks/${task.id}/scans`, { scanId: newId(), bin: task.bin, lot: null, units: 1, ...body })
    showDone(answer.listDone ? 'List done. Bring the totes to packing.' : answer.status === 'PICKED' ? 'Right. Next stop.' : `Right. ${answer.units - answer.picked} more.`)
    await next()
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    if (['wrong-bin', 'wrong-location'].includes(error.code)) scanned = {}
    else if (['already-picked', 'serial-in-use'].includes(error.code) || error.code.startsWith('invalid-quantity')) scanned = { bin: scanned.bin, product: error.code === 'serial-in-use' ? undefined : scanned.product, lot: scanned.lot }
    else scanned = { bin: scanned.bin }
    showRefusal(error)
    if (error.code === 'pick-task-closed' || error.code === 'list-not-yours' || error.expected.units === 0) {
      list = null
      await next()
    } else draw()
  }
}

/** A code that is not the expected one goes to the warehouse at once: it says what is wrong, and counts it. */
async function entered(text) {
  const at = step()
  if (at === 'idle') return next()
  if (at === 'short-reason') return report('short', { reason: text || 'bin-empty' })
  if (at === 'damage-units') {
    if (!/^\d{1,6}$/.test(text)) throw new Error('Type how many are damaged')
    scanned = { ...scanned, wants: 'damage-reason', damaged: Number(text) }
    return draw()
  }
  if (at === 'damage-reason') return report('damage', { units: scanned.damaged, reason: text || 'damaged' })
  if (text === '') return draw()
  if (at === 'bin') {
    if (text !== task.bin) return tell({ bin: text, product: '' })
    scanned.bin = text
  } else if (at === 'product') {
    if (text !== task.product && !text.includes(task.barcode)) return tell({ product: text })
    scanned.product = text
  } else if (at === 'lot') {
    if (text !== task.lot) return tell({ product: scanned.product, lot: text })
    scanned.lot = text
  } else {
    if (!/^\d{1,6}$/.test(text)) throw new Error('Type how many you took')
    return tell({ product: scanned.product, lot: scanned.lot ?? null, units: Number(text) })
  }
  showDone('')
  draw()
}

async function report(what, body) {
  const answer = await ask('POST', `/v1/pick-tasks/${task.id}/${what}`, body)
  showDone(answer.foundElsewhere > 0 ? `Noted. ${answer.foundElsewhere} more in another bin.` : 'Noted.')
  await next()
}

const want = (wants) => async () => {
  if (!task) return
  scanned = { ...scanned, wants }
  draw()
}

runPage({
  role: 'picker',
  hint: 'F2: bin is short. F3: damaged. F4: skip, come back later. Esc: begin this stop again.',
  begin: async (at) => {
    location = at
    list = null
    await next()
  },
  entered,
  keys: {
    F2: want('short-reason'),
    F3: want('damage-units'),
    F4: async () => {
      if (task) await report('skip')
    },
    Escape: async () => {
      scanned = {}
      draw()
    },
  },
})
