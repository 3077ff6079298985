import { classesOf, materialsNeeded, volumeOf, weightOf, type Climate, type MaterialNeed, type Pieces } from './materials-needed.js'
import type { BoxSize, Material, MaterialKind, MaterialRule } from './material.js'
import type { Product } from '../catalogue/product.js'

/** What a packer has to put into boxes, and with what. */
export interface PackingGround {
  readonly materials: ReadonlyMap<string, Material>
  /** Materials of which the location has some. */
  readonly inStock: ReadonlySet<string>
  readonly rules: readonly MaterialRule[]
  readonly climate: Climate
}

/** One package as planned. */
export interface PlannedPackage<Item extends Pieces> {
  readonly carton: string
  readonly lengthMm: number
  readonly widthMm: number
  readonly heightMm: number
  readonly contents: readonly Item[]
  readonly materials: readonly MaterialNeed[]
  readonly instructions: readonly string[]
  readonly expectedGrams: number
  readonly lightestGrams: number
}

/** What one person lifts. Unit: grams. Source: domain D8. */
export const LIFT_MAX_GRAMS = 23_000
/** How full a box gets where no rule says less. Unit: percent. Source: domain D8. */
const FILL_PERCENT = 95
/** A product that no box takes travels in its own packaging. */
export const AS_IS = 'AS-IS'

/**
 * Divides what was picked into packages: apart by temperature, by dangerous goods group, dangerous from food, and what
 * ships alone; then the smallest box that holds, by volume, longest sides, lift limit and the rules' limits.
 * The units of all packages are the units given. Source: domain D8.
 */
export function planPackages<Item extends Pieces>(items: readonly Item[], ground: PackingGround): PlannedPackage<Item>[] {
  const groups = new Map<string, Item[]>()
  for (const item of items) {
    const key = companyOf(item.product)
    groups.set(key, [...(groups.get(key) ?? []), item])
  }
  return [...groups.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).flatMap(([, group]) => planGroup(group, ground))
}

/** Products of the same text may share a box. */
export function companyOf(product: Product): string {
  const classes = classesOf(product)
  const temperature = classes.includes('frozen') ? 'frozen' : classes.includes('chilled') ? 'chilled' : 'ambient'
  const isDangerous = product.dangerousGroup !== null || classes.includes('dangerous')
  const danger = isDangerous ? `${product.dangerousGroup ?? 'dangerous'}/${product.food ? 'food' : 'other'}` : '-'
  return `${temperature}|${danger}|${product.shipAlone ? product.product : ''}`
}

interface Box extends BoxSize {
  readonly carton: string
  readonly tareGrams: number
  readonly innerVolumeMm3: number
}

function planGroup<Item extends Pieces>(group: readonly Item[], ground: PackingGround): PlannedPackage<Item>[] {
  const boxes = boxesFor(group, ground)
  const alone = group.some(({ product }) => product.shipAlone)
  const planned: PlannedPackage<Item>[] = []
  let rest = [...group].sort((a, b) => volumeOf(b.product) - volumeOf(a.product))
  while (rest.length > 0) {
    const { box, contents } = nextBox(rest, boxes, ground, alone)
    planned.push(packageOf(box, contents, ground))
    rest = without(rest, contents)
  }
  return planned
}

/** The smallest box that takes all; else the one that takes most, by volume; else the largest piece goes as it is. */
function nextBox<Item extends Pieces>(rest: readonly Item[], boxes: readonly Box[], ground: PackingGround, alone: boolean): { box: Box; contents: Item[] } {
  const [largest] = rest as [Item, ...Item[]]
  if (!alone) {
    const all = boxes.find((box) => holds(box, rest, ground))
    if (all) return { box: all, contents: [...rest] }
  }
  let best: { box: Box; contents: Item[]; volume: number } | undefined
  for (const box of boxes) {
    const contents = fill(box, alone ? [{ ...largest, units: 1 }] : rest, ground)
    const volume = volumeIn(contents)
    // boxes come smallest first, so that a larger one has to be worth it
    if (volume > (best?.volume ?? 0)) best = { box, contents, volume }
  }
  return best ?? { box: asIs(largest.product), contents: [{ ...largest, units: 1 }] }
}

function fill<Item extends Pieces>(box: Box, items: readonly Item[], ground: PackingGround): Item[] {
  let contents: Item[] = []
  for (const item of items) {
    let [fits, tooMany] = [0, item.units + 1]
    while (tooMany - fits > 1) {
      const units = Math.floor((fits + tooMany) / 2)
      if (holds(box, [...contents, { ...item, units }], ground)) fits = units
      else tooMany = units
    }
    if (fits > 0) contents = [...contents, { ...item, units: fits }]
  }
  return contents
}

/** Does the box take all of it: each piece by its sides, together by volume, weight and the limits of their classes? */
function holds(box: Box, contents: readonly Pieces[], ground: PackingGround): boolean {
  const isEachSmallEnough = contents.every(({ product }) => fitsSides(product, box))
  if (!isEachSmallEnough) return false
  if (volumeIn(contents) * 100 > box.innerVolumeMm3 * fillPercentOf(contents, ground.rules)) return false
  const isWithinLimits = ground.rules.every((rule) => rule.use !== 'limit' || piecesOf(contents, rule) <= rule.pieces)
  if (!isWithinLimits) return false
  return box.tareGrams + weightOf(contents) + gramsOf(materialsNeeded(contents, box.innerVolumeMm3, ground.rules, ground.materials, ground.climate), ground) <= LIFT_MAX_GRAMS
}

const piecesOf = (contents: readonly Pieces[], { handling }: MaterialRule): number =>
  contents.filter(({ product }) => classesOf(product).includes(handling)).reduce((sum, { units }) => sum + units, 0)

const fillPercentOf = (contents: readonly Pieces[], rules: readonly MaterialRule[]): number =>
  Math.min(FILL_PERCENT, ...rules.flatMap((rule) => (rule.use === 'fill' && piecesOf(contents, rule) > 0 ? [rule.percent] : [])))

function fitsSides(product: Product, box: Box): boolean {
  const piece = [product.lengthMm, product.widthMm, product.heightMm].sort((a, b) => b - a)
  const room = [box.innerLengthMm, box.innerWidthMm, box.innerHeightMm].sort((a, b) => b - a)
  return piece.every((side, index) => side <= (room[index] ?? 0))
}

const volumeIn = (contents: readonly Pieces[]): number => contents.reduce((sum, { product, units }) => sum + units * volumeOf(product), 0)

const gramsOf = (needs: readonly MaterialNeed[], { materials }: PackingGround): number =>
  needs.reduce((sum, { material, units }) => sum + units * (materials.get(material)?.gramsPerUnit ?? 0), 0)

/** Boxes of the kind that the classes ask for, smallest first; those in stock, or all of the kind if none is. */
function boxesFor(group: readonly Pieces[], { rules, materials, inStock }: PackingGround): Box[] {
  const kind: MaterialKind = rules.flatMap((rule) => (rule.use === 'box' && piecesOf(group, rule) > 0 ? [rule.kind] : []))[0] ?? 'carton'
  const ofKind = [...materials.values()].flatMap(({ material, kind: each, gramsPerUnit, box }): Box[] =>
    each === kind && box ? [{ ...box, carton: material, tareGrams: gramsPerUnit, innerVolumeMm3: box.innerLengthMm * box.innerWidthMm * box.innerHeightMm }] : [])
  const stocked = ofKind.filter(({ carton }) => inStock.has(carton))
  return (stocked.length > 0 ? stocked : ofKind).sort((a, b) => a.innerVolumeMm3 - b.innerVolumeMm3 || (a.carton < b.carton ? -1 : 1))
}

function asIs(product: Product): Box {
  const { lengthMm, widthMm, heightMm } = product
  return {
    carton: AS_IS,
    tareGrams: 0,
    innerVolumeMm3: volumeOf(product),
    innerLengthMm: lengthMm, innerWidthMm: widthMm, innerHeightMm: heightMm,
    outerLengthMm: lengthMm, outerWidthMm: widthMm, outerHeightMm: heightMm,
  }
}

function packageOf<Item extends Pieces>(box: Box, contents: readonly Item[], ground: PackingGround): PlannedPackage<Item> {
  const needs = materialsNeeded(contents, box.innerVolumeMm3, ground.rules, ground.materials, ground.climate)
  const carton: readonly MaterialNeed[] = box.carton === AS_IS ? [] : [{ material: box.carton, units: 1, instruction: '' }]
  const expectedGrams = box.tareGrams + weightOf(contents) + gramsOf(needs, ground)
  return {
    carton: box.carton,
    lengthMm: box.outerLengthMm,
    widthMm: box.outerWidthMm,
    heightMm: box.outerHeightMm,
    contents,
    materials: [...carton, ...needs],
    instructions: [
      ...(expectedGrams > LIFT_MAX_GRAMS ? ['Two people lift this.'] : []),
      ...ground.rules.filter((rule) => rule.use !== 'material' && rule.instruction !== '' && piecesOf(contents, rule) > 0).map(({ instruction }) => instruction),
    ],
    expectedGrams,
    lightestGrams: Math.min(...contents.map(({ product }) => product.weightGrams)),
  }
}

function without<Item extends Pieces>(rest: readonly Item[], taken: readonly Item[]): Item[] {
  const gone = new Map<string, number>()
  for (const item of taken) gone.set(keyOf(item), (gone.get(keyOf(item)) ?? 0) + item.units)
  return rest.flatMap((item) => {
    const minus = Math.min(item.units, gone.get(keyOf(item)) ?? 0)
    gone.set(keyOf(item), (gone.get(keyOf(item)) ?? 0) - minus)
    return item.units > minus ? [{ ...item, units: item.units - minus }] : []
  })
}

/** What tells two items of a plan apart: all but their number. */
const keyOf = ({ units: _units, product, ...rest }: Pieces): string => JSON.stringify([product.product, rest])
