import type { Api } from '@waybill/local'
import type { Run } from './run.js'

interface ReturnView {
  readonly return: string
  readonly status: string
  readonly lines: readonly { readonly line: number; readonly unitNumbers: readonly { from: number; to: number }[]; readonly received: readonly { from: number; to: number }[]; readonly disposed: readonly { from: number; to: number }[] }[]
}

const unitsIn = (ranges: readonly { from: number; to: number }[]): number => ranges.reduce((sum, { from, to }) => sum + to - from + 1, 0)

/** Somebody who receives returned parcels, and inspects what is in them: every fifth line is blocked, the rest goes back on sale. */
export async function workReturns(api: Api, location: string, run: Run): Promise<boolean> {
  let isWorked = false
  for (const status of ['approved', 'received']) {
    const { body } = await api.send('after-sales', 'GET', `/v1/returns?status=${status}&limit=100`, undefined, { role: 'receiver' })
    for (const { return: id, lines } of (body as { items: ReturnView[] }).items) {
      const answer =
        status === 'approved'
          ? await api.send('after-sales', 'POST', `/v1/returns/${id}/receipts`, { location, lines: lines.map(({ line, unitNumbers }) => ({ line, units: unitsIn(unitNumbers) })) }, { role: 'receiver' })
          : await api.send('after-sales', 'POST', `/v1/returns/${id}/inspections`, { lines: lines.map(({ line, received, disposed }) => ({ line, units: unitsIn(received) - unitsIn(disposed), disposition: line % 5 === 0 ? 'block' : 'restock' })) }, { role: 'receiver' })
      if (answer.status < 300) isWorked = true
      else run.trouble(`return ${status}: ${(answer.body as { code: string }).code}`)
    }
  }
  return isWorked
}

/** Somebody who settles what waits for a person; what it was is counted. */
export async function settleTasks(api: Api, run: Run, settled: Map<string, number>): Promise<boolean> {
  const { body } = await api.send('console', 'GET', '/v1/tasks?limit=100', undefined, { role: 'operator' })
  const tasks = (body as { items: { task: string; kind: string; service: string }[] }).items
  for (const { task, kind, service } of tasks) {
    const answer = await api.send('console', 'POST', `/v1/tasks/${task}/done`, { service, resolution: 'looked after' }, { role: 'operator' })
    if (answer.status < 300) settled.set(kind, (settled.get(kind) ?? 0) + 1)
    else if ((answer.body as { code: string }).code !== 'task-already-done') run.trouble(`task: ${(answer.body as { code: string }).code}`)
  }
  return tasks.length > 0
}
