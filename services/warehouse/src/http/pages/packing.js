import { ask, element, newId, ready, runPage, show, showDone, terms } from './floor.js'

let location = ''
let fulfillment = null
let scanned = {}

const current = () => fulfillment?.packages.find(({ status }) => status === 'OPEN' || status === 'SEALED')
const left = ({ units, packed }) => units - packed
const isFull = (pack) => pack.contents.every((content) => left(content) === 0)

function step() {
  const pack = current()
  if (!pack) return 'idle'
  if (scanned.wants) return `${scanned.wants}-${scanned.product === undefined ? 'product' : 'units'}`
  if (pack.status === 'SEALED') return 'weigh'
  if (isFull(pack)) return 'seal'
  return scanned.product === undefined ? 'product' : scanned.lot === undefined && lotsOf(pack).length > 1 ? 'lot' : 'units'
}

/** A GS1 label holds the barcode and more; a bare one is it. */
const ofScan = (pack) => pack.contents.filter((content) => left(content) > 0 && (scanned.product === content.product || scanned.product?.includes(content.barcode)))
const lotsOf = (pack) => [...new Set(ofScan(pack).map(({ lot }) => lot))]
const wantedOf = (pack) => ofScan(pack).find(({ lot }) => scanned.lot === undefined || lot === scanned.lot)

const questions = {
  idle: () => 'Press Enter for the next order',
  'short-product': () => 'Scan what is missing, or type its number',
  'short-units': () => 'How many are missing?',
  'damage-product': () => 'Scan what is damaged, or type its number',
  'damage-units': () => 'How many are damaged?',
  product: () => 'Scan a product',
  lot: () => 'Scan its lot',
  units: () => 'How many? Enter takes the number shown',
  seal: () => 'Put in the materials, close the box, press Enter to seal',
  weigh: () => 'Put it on the scale and type the grams',
}

function draw() {
  const at = step()
  const pack = current()
  if (!pack) show(element('p', fulfillment ? 'All packages of this order are packed.' : 'Nothing to pack at the moment.'))
  else {
    const contents = element('ul')
    for (const content of pack.contents) {
      const row = element('li', '', left(content) === 0 ? 'packed' : '')
      row.append(element('strong', `${left(content) || content.units} x ${content.name}`), element('div', `${content.barcode}${content.lot === null ? '' : `, lot ${content.lot}`}`))
      if (content.handlingInstruction) row.append(element('div', content.handlingInstruction, 'note'))
      contents.append(row)
    }
    const materials = element('ul')
    for (const { name, units, instruction } of pack.materials) {
      const row = element('li', `${units} x ${name}`)
      if (instruction) row.append(element('div', instruction, 'note'))
      materials.append(row)
    }
    show(
      terms([
        { term: `Package ${fulfillment.packages.indexOf(pack) + 1} of ${fulfillment.packages.length}`, text: pack.cartonName, huge: true, wide: true },
        ...pack.instructions.map((text) => ({ term: 'Mind', text, wide: true, note: true })),
      ]),
      element('h2', 'Contents'), contents,
      element('h2', 'Materials'), materials,
    )
  }
  const wanted = pack && at === 'units' ? wantedOf(pack) : undefined
  ready(questions[at](), wanted ? String(left(wanted)) : '')
}

async function next() {
  scanned = {}
  fulfillment = (await ask('POST', '/v1/packing/claim', { location })).fulfillment
  draw()
}

async function act(path, body) {
  const pack = current()
  try {
    const answer = await ask('POST', `/v1/packages/${pack.id}/${path}`, body)
    fulfillment.packages = fulfillment.packages.map((each) => (each.id === pack.id ? answer.package : each))
    return answer
  } catch (error) {
    // a weight that is far off opens the package again, and another packer may have taken over: look again at what is there
    fulfillment = (await ask('POST', '/v1/packing/claim', { location })).fulfillment
    scanned = {}
    draw()
    throw error
  }
}

async function entered(text) {
  const at = step()
  const pack = current()
  if (at === 'idle') return next()
  if (at === 'short-units' || at === 'damage-units') {
    if (!/^\d{1,6}$/.test(text)) throw new Error('Type how many')
    const damaged = at === 'damage-units'
    await act('short', { product: scanned.product, lot: null, units: Number(text), reason: damaged ? 'damaged' : 'not-in-tote', damaged })
    showDone('Noted. The order is packed anew without it.')
    return next()
  }
  if (at === 'short-product' || at === 'damage-product') {
    if (text) scanned.product = text
    return draw()
  }
  if (at === 'seal') {
    await act('seal')
    showDone('Sealed.')
  } else if (at === 'weigh') {
    if (!/^\d{1,7}$/.test(text)) throw new Error('Type the weight in grams')
    const answer = await act('weigh', { grams: Number(text) })
    showDone(`SSCC ${answer.package.sscc}${answer.fulfillmentStatus === 'PACKED' ? '. Order packed.' : ''}`)
    if (answer.fulfillmentStatus === 'PACKED') fulfillment = null
  } else if (text === '') return draw()
  else if (at === 'product') {
    scanned = { product: text }
    const wanted = wantedOf(pack)
    // what does not belong goes to the warehouse at once: it says what is expected; a single piece needs no number
    if (!wanted || (lotsOf(pack).length === 1 && left(wanted) === 1)) await put(1)
  } else if (at === 'lot') {
    scanned.lot = text
    const wanted = wantedOf(pack)
    if (!wanted || left(wanted) === 1) await put(1)
  } else {
    if (!/^\d{1,6}$/.test(text)) throw new Error('Type how many you put in')
    await put(Number(text))
  }
  if (fulfillment === null) await next()
  else draw()
}

async function put(units) {
  await act('scans', { scanId: newId(), product: scanned.product, lot: scanned.lot ?? null, units })
  scanned = {}
  showDone('Right.')
}

const want = (wants) => async () => {
  if (!current()) return
  scanned = { wants }
  draw()
}

runPage({
  role: 'packer',
  hint: 'F2: something is missing. F3: something is damaged. Esc: begin this scan again.',
  begin: async (at) => {
    location = at
    await next()
  },
  entered,
  keys: {
    F2: want('short'),
    F3: want('damage'),
    Escape: async () => {
      scanned = {}
      draw()
    },
  },
})
