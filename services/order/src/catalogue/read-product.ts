import { isCode, CODE_FORM } from '../reading/code.js'
import { isCurrency } from '../reading/currency.js'
import { refusal, refuse, type Fault, type Refusal } from '../reading/fault.js'
import { FieldReader, isObject } from '../reading/field-reader.js'
import { COMPONENTS_MAX, handlingClasses, type Choice, type Component, type HandlingClass, type Option, type ProductDeclaration } from './product.js'

const SIZE_MAX = 1_000_000
const OPTIONS_MAX = 20
const CHOICES_MAX = 50
/** A box nobody measured. Unit: mm. */
const SIDE_USUAL = 100

/** Reads the declaration of a product. Refuses with every fault found. */
export function readProduct(body: unknown): ProductDeclaration | Refusal {
  if (!isObject(body)) return refuse('object-expected', '', 'A product is a JSON object')
  const faults: Fault[] = []
  const reader = new FieldReader(body, '', faults)
  const isHandling = (text: string) => handlingClasses.includes(text as HandlingClass)
  const handling = reader.texts('handling', handlingClasses.length, 'invalid-value', `one of ${handlingClasses.join(', ')}`, isHandling) as HandlingClass[]
  const product: ProductDeclaration = {
    number: reader.checked('product', 'invalid-value', CODE_FORM, isCode),
    name: reader.text('name', 200),
    category: reader.textOrNull('category', 64),
    brand: reader.textOrNull('brand', 64),
    gtin: reader.checkedOrNull('gtin', 'invalid-value', '8 to 14 digits', (text) => /^\d{8,14}$/.test(text)),
    taxCategory: reader.textOrNull('taxCategory', 64) ?? 'standard',
    isActive: reader.boolean('active', true),
    isStocked: reader.boolean('stocked', true),
    handling: handling.length > 0 ? handlingClasses.filter((each) => handling.includes(each)) : ['standard'],
    handlingInstruction: reader.textOrNull('handlingInstruction', 500) ?? '',
    weightGrams: reader.integer('weightGrams', 1, SIZE_MAX, 0),
    lengthMm: reader.integer('lengthMm', 1, SIZE_MAX, SIDE_USUAL),
    widthMm: reader.integer('widthMm', 1, SIZE_MAX, SIDE_USUAL),
    heightMm: reader.integer('heightMm', 1, SIZE_MAX, SIDE_USUAL),
    isLotTracked: reader.boolean('lotTracked', false),
    minimumRemainingDays: reader.integer('minimumRemainingDays', 0, 3_650, 0),
    dangerousGroup: reader.textOrNull('dangerousGroup', 64),
    hasLithium: reader.boolean('lithium', false),
    isFood: reader.boolean('food', false),
    shipsAlone: reader.boolean('shipAlone', false),
    components: reader.objects('components', COMPONENTS_MAX).map(readComponent),
    options: reader.objects('options', OPTIONS_MAX).map(readOption),
  }
  if (product.weightGrams === 0 && faults.every(({ pointer }) => pointer !== '/weightGrams')) reader.refuse('weightGrams', 'required', 'A weight is expected')
  reader.nothingElse()
  const [first, ...others] = faults
  return first ? refusal([first, ...others]) : product
}

function readComponent(reader: FieldReader): Component {
  const component = { product: reader.checked('product', 'invalid-value', CODE_FORM, isCode), quantity: reader.integer('quantity', 1, 1_000, 1) }
  reader.nothingElse()
  return component
}

function readOption(reader: FieldReader): Option {
  const code = reader.checked('code', 'invalid-value', CODE_FORM, isCode)
  const option = {
    code,
    name: reader.textOrNull('name', 100) ?? code,
    isRequired: reader.boolean('required', true),
    choices: reader.objects('choices', CHOICES_MAX).map(readChoice),
  }
  if (option.choices.length === 0) reader.refuse('choices', 'required', 'An option has at least one choice')
  reader.nothingElse()
  return option
}

function readChoice(reader: FieldReader): Choice {
  const code = reader.checked('code', 'invalid-value', CODE_FORM, isCode)
  const deltas = reader.object('priceDeltaMinor', false)
  const component = reader.raw('component') === undefined || reader.raw('component') === null ? null : readComponent(reader.object('component'))
  const choice = {
    code,
    name: reader.textOrNull('name', 100) ?? code,
    priceDeltas: Object.fromEntries(
      deltas.names().map((currency) => {
        if (!isCurrency(currency)) deltas.refuse(currency, 'invalid-currency', 'Expected an ISO 4217 code such as EUR')
        return [currency, BigInt(deltas.integer(currency, -1_000_000_000_000, 1_000_000_000_000, 0))]
      }),
    ),
    component,
  }
  reader.nothingElse()
  return choice
}
