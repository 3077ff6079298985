import { TaskClosed, TaskOpened } from '@waybill/contracts'
import type { Cause } from '@waybill/kernel'
import type { OutgoingMessage } from '@waybill/messaging'
import type { PoolClient } from 'pg'
import { newId } from './ids.js'
import type { NewTask } from './unit-of-work.js'

/** What a transaction did to one task. */
export type TaskChange =
  | ({ readonly does: 'open' } & NewTask)
  | { readonly does: 'close'; readonly kind: string; readonly subject: string; readonly resolution: string; readonly cause: Cause }

/** A task as it is kept. */
export interface Task {
  readonly id: string
  readonly kind: string
  readonly subject: string
  readonly order: string | null
  readonly owner: string
  readonly why: string
  readonly dueAt: Date
  readonly openedAt: Date
  readonly closedAt: Date | null
  readonly closedBy: string | null
  readonly resolution: string | null
}

/** Opens and closes tasks in call order and returns what there is to tell the others. */
export async function writeTasks(client: PoolClient, service: string, changes: readonly TaskChange[]): Promise<readonly OutgoingMessage[]> {
  const told: OutgoingMessage[] = []
  for (const run of runsOf(changes)) told.push(...(run[0]?.does === 'open' ? await open(client, service, run as Opening[]) : await close(client, run as Closing[])))
  return told
}

type Opening = Extract<TaskChange, { does: 'open' }>
type Closing = Extract<TaskChange, { does: 'close' }>

/** Neighbours of one kind share a statement; the order of opening and closing stays. */
function runsOf(changes: readonly TaskChange[]): TaskChange[][] {
  const runs: TaskChange[][] = []
  for (const change of changes) {
    const last = runs.at(-1)
    if (last?.[0]?.does === change.does) last.push(change)
    else runs.push([change])
  }
  return runs
}

async function open(client: PoolClient, service: string, tasks: readonly Opening[]): Promise<OutgoingMessage[]> {
  const withIds = tasks.map((task) => ({ ...task, id: newId() }))
  const { rows } = await client.query<{ id: string }>({
    name: 'kit.tasks.open',
    text: `insert into kit.tasks (id, kind, subject, order_id, owner, why, due_at)
           select * from unnest($1::uuid[], $2::text[], $3::text[], $4::uuid[], $5::text[], $6::text[], $7::timestamptz[])
           on conflict (kind, subject) where closed_at is null do nothing returning id`,
    values: [
      withIds.map(({ id }) => id),
      withIds.map(({ kind }) => kind),
      withIds.map(({ subject }) => subject),
      withIds.map(({ order }) => order ?? null),
      withIds.map(({ owner }) => owner),
      withIds.map(({ why }) => why),
      withIds.map(({ dueAt }) => dueAt.toISOString()),
    ],
  })
  const opened = new Set(rows.map(({ id }) => id))
  return withIds
    .filter(({ id }) => opened.has(id))
    .map(({ id, kind, subject, order, owner, why, dueAt, cause }) => ({
      event: TaskOpened,
      subject: id,
      key: id,
      payload: { task: id, service, kind, subject, order: order ?? null, owner, why, dueAt: dueAt.toISOString() },
      cause,
      correlationId: order,
    }))
}

async function close(client: PoolClient, tasks: readonly Closing[]): Promise<OutgoingMessage[]> {
  const byKey = new Map(tasks.map((task) => [`${task.kind}\n${task.subject}`, task]))
  const asked = [...byKey.values()]
  const { rows } = await client.query<{ id: string; kind: string; subject: string; order: string | null; resolution: string; by: string }>({
    name: 'kit.tasks.close',
    text: `update kit.tasks t set closed_at = clock_timestamp(), resolution = done.resolution, closed_by = done.closed_by
           from unnest($1::text[], $2::text[], $3::text[], $4::text[]) as done (kind, subject, resolution, closed_by)
           where t.kind = done.kind and t.subject = done.subject and t.closed_at is null
           returning t.id, t.kind, t.subject, t.order_id as "order", t.resolution, t.closed_by as by`,
    values: [
      asked.map(({ kind }) => kind),
      asked.map(({ subject }) => subject),
      asked.map(({ resolution }) => resolution),
      asked.map(({ cause }) => cause.actor),
    ],
  })
  return rows.flatMap(({ id, kind, subject, order, resolution, by }) => {
    const cause = byKey.get(`${kind}\n${subject}`)?.cause
    return cause
      ? [{ event: TaskClosed, subject: id, key: id, payload: { task: id, kind, subject, order, resolution, by }, cause, correlationId: order ?? undefined }]
      : []
  })
}
