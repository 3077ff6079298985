import { NAMED_MAX, type Rule, type Violation } from '../rule.js'

/** G19. */
export const pickedPackedShippedOnce: Rule = {
  id: 'G19',
  promise: 'shipped <= packed <= picked <= asked for, per line; the order says the same as the floor',
  settles: true,
  async check(world) {
    const lines = await world.query<{ fulfillment: string; stocked_line: string; units: number; picked: number; packed: number; shipped: number }>(
      'warehouse',
      `SELECT fulfillment, stocked_line, units, picked, packed, shipped FROM stocked_lines
       WHERE shipped > packed OR packed > picked OR picked > units OR shipped < 0 LIMIT ${NAMED_MAX}`,
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
    const consumed = await world.query<{ order_id: string; stocked_line: string; consumed: number }>('inventory', 'SELECT order_id, stocked_line, consumed FROM need_line')
    const left = new Map(consumed.map((row) => [`${row.order_id} ${row.stocked_line}`, row.consumed]))
    return [
      ...lines.map((row) => ({ subject: `fulfillment ${row.fulfillment} line ${row.stocked_line}`, what: `asked ${row.units}, picked ${row.picked}, packed ${row.packed}, shipped ${row.shipped}` })),
      ...contents.map((row) => ({ subject: `fulfillment ${row.fulfillment} line ${row.stocked_line}`, what: `packages hold ${row.packed}, the line says ${row.counted}` })),
      ...shipped.flatMap((row): Violation[] => {
        const there = left.get(`${row.order_id} ${row.stocked_line}`) ?? 0
        return there === Number(row.units) ? [] : [{ subject: `order ${row.order_id} line ${row.stocked_line}`, what: `the floor shipped ${row.units}, inventory consumed ${there}` }]
      }),
    ]
  },
}

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
