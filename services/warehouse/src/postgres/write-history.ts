import type { Tx } from '@waybill/service-kit'
import type { Step } from '../fulfillments/fulfillment.js'
import { causeText } from './cause-text.js'

type HistoryTable = 'fulfillment_history' | 'pick_task_history' | 'package_history'

/** Appends status changes; the subjects' rows are locked, so their numbers are free. */
export async function writeHistory(tx: Tx, table: HistoryTable, steps: readonly Step<string>[]): Promise<void> {
  if (steps.length === 0) return
  await tx.query(
    `append-${table}`,
    `INSERT INTO ${table} (subject, seq, from_status, to_status, at, cause)
     SELECT step.subject,
            coalesce((SELECT max(past.seq) FROM ${table} AS past WHERE past.subject = step.subject), 0)
              + row_number() OVER (PARTITION BY step.subject ORDER BY step.place),
            step.from_status, step.to_status, $5, step.cause
     FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[]) WITH ORDINALITY AS step (subject, from_status, to_status, cause, place)`,
    [steps.map(({ subject }) => subject), steps.map(({ from }) => from), steps.map(({ to }) => to), steps.map(({ cause }) => causeText(cause)), tx.now],
  )
}
