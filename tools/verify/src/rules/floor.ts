import { NAMED_MAX, type Rule, type Violation } from '../rule.js'

/** G19. */
export const pickedPackedShippedOnce: Rule = {
  id: 'G19',
  promise: 'shipped <= packed <= picked <= asked for, as tasks and packages say; stock was consumed by what left, and no more is told as shipped',
  settles: true,
  async check(world) {
    const lines = await world.query<{ fulfillment: string; stocked_line: string; units: number; dropped: number; picked: number; packed: number; shipped: number }>(
      'warehouse',
      `SELECT fulfillment, stocked_line, units, dropped, picked, packed, shipped FROM stocked_lines
       WHERE shipped > packed OR packed > picked OR picked + dropped > units OR shipped < 0 LIMIT ${NAMED_MAX}`,
    )
    const tasks = await world.query<{ fulfillment: string; stocked_line: string; picked: string; counted: number }>(
      'warehouse',
      `SELECT l.fulfillment, l.stocked_line, coalesce(sum(t.picked - t.put_back), 0) AS picked, l.picked AS counted FROM stocked_lines l
       LEFT JOIN pick_tasks t ON t.fulfillment = l.fulfillment AND t.stocked_line = l.stocked_line
       GROUP BY l.fulfillment, l.stocked_line, l.picked HAVING coalesce(sum(t.picked - t.put_back), 0) <> l.picked LIMIT ${NAMED_MAX}`,
    )
    const contents = await world.query<{ fulfillment: string; stocked_line: string; packed: string; counted: number }>(
      'warehouse',
      `SELECT l.fulfillment, l.stocked_line, coalesce(sum(c.packed), 0) AS packed, l.packed AS counted FROM stocked_lines l
       LEFT JOIN packages p ON p.fulfillment = l.fulfillment AND p.status <> 'CANCELLED' LEFT JOIN package_contents c ON c.package = p.id AND c.stocked_line = l.stocked_line
       GROUP BY l.fulfillment, l.stocked_line, l.packed HAVING coalesce(sum(c.packed), 0) <> l.packed LIMIT ${NAMED_MAX}`,
    )
    const shipped = await world.query<{ order_id: string; stocked_line: string; units: string }>(
      'warehouse',
      'SELECT f.order_id, l.stocked_line, sum(l.shipped) AS units FROM stocked_lines l JOIN fulfillments f ON f.id = l.fulfillment GROUP BY 1, 2 HAVING sum(l.shipped) > 0',
    )
    const consumed = await world.query<{ order_id: string; stocked_line: string; units: number }>('inventory', 'SELECT order_id, stocked_line, consumed AS units FROM need_line WHERE consumed > 0')
    // of a bundle, whole ones count
    const gone = await world.query<{ order_id: string; line: number; units: string }>(
      'warehouse',
      `SELECT order_id, line, min(units) AS units FROM (
         SELECT f.order_id, l.line, l.stocked_line, sum(l.shipped / l.per_unit) AS units FROM stocked_lines l JOIN fulfillments f ON f.id = l.fulfillment GROUP BY 1, 2, 3) AS each
       GROUP BY order_id, line HAVING min(units) > 0`,
    )
    const told = await world.query<{ order_id: string; line: number; units: number }>('order', 'SELECT order_id, line, shipped AS units FROM order_lines WHERE shipped > 0')
    const left = new Map(shipped.map((row) => [stockedLineOf(row), Number(row.units)]))
    const taken = new Map(consumed.map((row) => [stockedLineOf(row), row.units]))
    const goneUnits = new Map(gone.map((row) => [lineOf(row), Number(row.units)]))
    return [
      ...lines.map((row) => ({ subject: `fulfillment ${row.fulfillment} line ${row.stocked_line}`, what: `asked ${row.units}, dropped ${row.dropped}, picked ${row.picked}, packed ${row.packed}, shipped ${row.shipped}` })),
      ...tasks.map((row) => ({ subject: `fulfillment ${row.fulfillment} line ${row.stocked_line}`, what: `pick tasks hold ${row.picked}, the line says ${row.counted}` })),
      ...contents.map((row) => ({ subject: `fulfillment ${row.fulfillment} line ${row.stocked_line}`, what: `packages hold ${row.packed}, the line says ${row.counted}` })),
      ...[...new Set([...left.keys(), ...taken.keys()])].flatMap((line): Violation[] => {
        const [units, there] = [left.get(line) ?? 0, taken.get(line) ?? 0]
        return there === units ? [] : [{ subject: line, what: `the floor shipped ${units}, inventory consumed ${there}` }]
      }),
      ...told.flatMap((row): Violation[] => {
        const units = goneUnits.get(lineOf(row)) ?? 0
        return row.units <= units ? [] : [{ subject: lineOf(row), what: `${row.units} unit(s) are told as shipped, ${units} left the floor` }]
      }),
    ]
  },
}

const stockedLineOf = ({ order_id, stocked_line }: { order_id: string; stocked_line: string }): string => `order ${order_id} line ${stocked_line}`
const lineOf = ({ order_id, line }: { order_id: string; line: number }): string => `order ${order_id} line ${line}`

/** G20. */
export const oneLabelPerPackage: Rule = {
  id: 'G20',
  promise: 'Labels bought and not voided are the packages labelled, one each',
  settles: true,
  async check(world) {
    const theirs = (await world.carrierPackages()).filter(({ isVoided }) => !isVoided)
    const ours = await world.query<{ sscc: string; tracking_number: string }>('shipping', 'SELECT sscc, tracking_number FROM packages WHERE tracking_number IS NOT NULL')
    const known = new Map(ours.map((row) => [row.tracking_number, row.sscc]))
    const sold = new Map(theirs.map((each) => [each.trackingNumber, each.sscc]))
    const perPackage = new Map<string, number>()
    for (const { sscc } of theirs) perPackage.set(sscc, (perPackage.get(sscc) ?? 0) + 1)
    return [
      ...theirs.filter(({ trackingNumber, sscc }) => known.get(trackingNumber) !== sscc).map(({ trackingNumber, sscc }) => ({ subject: `label ${trackingNumber}`, what: `was bought for ${sscc} and is not ours` })),
      ...ours.filter((row) => sold.get(row.tracking_number) !== row.sscc).map((row) => ({ subject: `package ${row.sscc}`, what: `has label ${row.tracking_number} that its carrier does not know` })),
      ...[...perPackage].filter(([, times]) => times > 1).map(([sscc, times]) => ({ subject: `package ${sscc}`, what: `${times} labels were bought` })),
    ]
  },
}
