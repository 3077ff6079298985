import type { NewTask } from '@waybill/service-kit'
import type { Undo } from '../database/table.js'

/** Something that waits for a person. */
export interface OpenTask {
  readonly id: string
  readonly kind: string
  readonly subject: string
  readonly order: string | null
  readonly owner: string
  readonly why: string
  readonly dueAt: Date
}

const nameOf = (kind: string, subject: string): string => `${kind}\n${subject}`

/** A service's open tasks, as its kit keeps them: libs/service-kit/src/task-table.ts. */
export class Tasks {
  private readonly open: Map<string, OpenTask>

  constructor(from?: Tasks) {
    this.open = new Map(from?.open)
  }

  /** Opens it, unless one of this kind and subject is open. */
  add({ kind, subject, order, owner, why, dueAt }: NewTask, newId: () => string): { readonly task: OpenTask; readonly undo: Undo } | undefined {
    const name = nameOf(kind, subject)
    if (this.open.has(name)) return undefined
    const task = { id: newId(), kind, subject, order: order ?? null, owner, why, dueAt }
    this.open.set(name, task)
    return { task, undo: () => this.open.delete(name) }
  }

  close(kind: string, subject: string): { readonly task: OpenTask; readonly undo: Undo } | undefined {
    const name = nameOf(kind, subject)
    const task = this.open.get(name)
    if (!task) return undefined
    this.open.delete(name)
    return { task, undo: () => this.open.set(name, task) }
  }

  all(): readonly OpenTask[] {
    return [...this.open.values()]
  }
}
