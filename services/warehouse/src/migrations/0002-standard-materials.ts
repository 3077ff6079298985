import type { MigrationInterface, QueryRunner } from 'typeorm'

const box = (inner: readonly [number, number, number], wall: number): string =>
  JSON.stringify({
    innerLengthMm: inner[0], innerWidthMm: inner[1], innerHeightMm: inner[2],
    outerLengthMm: inner[0] + 2 * wall, outerWidthMm: inner[1] + 2 * wall, outerHeightMm: inner[2] + 2 * wall,
  })

const CARTON_WALL = 5
const FOAM_WALL = 40

const materials: readonly (readonly [string, string, string, number, string | null])[] = [
  ['BOX-XS', 'Carton 200 x 150 x 100', 'carton', 90, box([200, 150, 100], CARTON_WALL)],
  ['BOX-S', 'Carton 300 x 200 x 150', 'carton', 180, box([300, 200, 150], CARTON_WALL)],
  ['BOX-M', 'Carton 400 x 300 x 200', 'carton', 350, box([400, 300, 200], CARTON_WALL)],
  ['BOX-L', 'Carton 600 x 400 x 400', 'carton', 900, box([600, 400, 400], CARTON_WALL)],
  ['BOX-XL', 'Carton 1200 x 600 x 600', 'carton', 2_400, box([1200, 600, 600], CARTON_WALL)],
  ['ICE-S', 'Insulated box 10 l', 'insulated-box', 450, box([280, 220, 170], FOAM_WALL)],
  ['ICE-M', 'Insulated box 35 l', 'insulated-box', 1_100, box([430, 330, 250], FOAM_WALL)],
  ['ICE-L', 'Insulated box 90 l', 'insulated-box', 2_300, box([600, 400, 380], FOAM_WALL)],
  ['DRY-ICE', 'Dry ice, 500 g pack', 'coolant', 500, null],
  ['GEL-PACK', 'Gel pack, 400 g', 'coolant', 400, null],
  ['BUBBLE-WRAP', 'Bubble wrap, sheet 50 x 100 cm', 'wrap', 25, null],
  ['VOID-FILL', 'Paper fill, 5 litres', 'fill', 40, null],
  ['SEAL-BAG', 'Seal bag', 'bag', 8, null],
  ['ABSORBENT', 'Absorbent pad, for 1 kg', 'absorbent', 20, null],
  ['UPRIGHT-MARK', 'Label: this way up', 'mark', 1, null],
  ['DANGEROUS-MARK', 'Label: dangerous goods, limited quantity', 'mark', 1, null],
  ['TAMPER-SEAL', 'Tamper seal', 'seal', 2, null],
]

const rules: readonly (readonly [string, number, object, string])[] = [
  ['standard', 1, { use: 'material', material: 'VOID-FILL', amount: { per: 'void', fillsLitres: 10 } }, 'Fill what is empty so that nothing moves.'],
  ['frozen', 1, { use: 'box', kind: 'insulated-box' }, 'Insulated box. Close it within ten minutes.'],
  ['frozen', 2, { use: 'material', material: 'DRY-ICE', amount: { per: 'coolant', basePercent: 15, heatPercent: 25, leastPercent: 15, mostPercent: 40 } }, 'Dry ice on top. Gloves. Do not close airtight.'],
  ['chilled', 1, { use: 'box', kind: 'insulated-box' }, 'Insulated box.'],
  ['chilled', 2, { use: 'material', material: 'GEL-PACK', amount: { per: 'weight', grams: 2_000 } }, 'Gel packs around the goods.'],
  ['fragile', 1, { use: 'fill', percent: 85 }, 'Leave 5 cm to every side.'],
  ['fragile', 2, { use: 'material', material: 'BUBBLE-WRAP', amount: { per: 'surface', layers: 2, coversCm2: 5_000 } }, 'Two layers around each piece.'],
  ['fragile', 3, { use: 'material', material: 'VOID-FILL', amount: { per: 'void', fillsLitres: 5 } }, 'Fill every side.'],
  ['liquid', 1, { use: 'material', material: 'SEAL-BAG', amount: { per: 'piece', units: 1 } }, 'Each bottle in a seal bag, upright.'],
  ['liquid', 2, { use: 'material', material: 'ABSORBENT', amount: { per: 'weight', grams: 1_000 } }, 'Absorbent around the bottles.'],
  ['liquid', 3, { use: 'material', material: 'UPRIGHT-MARK', amount: { per: 'package', units: 2 } }, 'This way up, on two sides.'],
  ['dangerous', 1, { use: 'limit', pieces: 10 }, 'At most 10 pieces in one package.'],
  ['dangerous', 2, { use: 'material', material: 'DANGEROUS-MARK', amount: { per: 'package', units: 1 } }, 'Mark on the largest side.'],
  ['high-value', 1, { use: 'material', material: 'TAMPER-SEAL', amount: { per: 'package', units: 2 } }, 'A seal over each opening.'],
]

/** Boxes, materials and rules to begin with; a company changes them over the API. Changes no table. */
export class Warehouse0002 implements MigrationInterface {
  name = 'Warehouse0002'

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `INSERT INTO materials (material, name, kind, grams_per_unit, box)
       SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::int[], $5::jsonb[])`,
      [0, 1, 2, 3, 4].map((column) => materials.map((row) => row[column])),
    )
    await runner.query(
      `INSERT INTO material_rules (handling, position, rule, instruction)
       SELECT * FROM unnest($1::text[], $2::int[], $3::jsonb[], $4::text[])`,
      [rules.map(([handling]) => handling), rules.map(([, position]) => position), rules.map(([, , rule]) => JSON.stringify(rule)), rules.map(([, , , instruction]) => instruction)],
    )
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations only go forward'))
  }
}
