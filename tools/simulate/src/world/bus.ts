import type { JsonObject } from '@waybill/kernel'
import { shortOf } from './ids.js'

/** A fact as it lies on a topic. Sent twice, it is the same record twice. */
export interface Fact {
  readonly topic: string
  readonly key: string
  readonly eventId: string
  readonly type: string
  readonly subject: string
  readonly sequence: number | null
  readonly payload: JsonObject
  readonly correlationId: string | null
  readonly actor: string
  readonly time: string
}

/** A key of a topic, as a person reads it. */
export const labelOf = ({ topic, key }: Pick<Fact, 'topic' | 'key'>): string => `${topic.slice('oms.'.length, -'.v1'.length)}/${key.length > 30 ? shortOf(key) : key}`

/**
 * What a group has still to read of one key of one topic. Every key is a partition of its own: order holds within it and
 * nowhere else, which is all that Kafka promises to keys.
 */
export class Queue {
  /** Next to be read; forgotten when the process dies. */
  position = 0
  /** Known to the broker. */
  committed = 0
  /** Place in the list of those that have something to read; -1: none. */
  place = -1
  readonly label: string

  constructor(
    readonly topic: string,
    readonly key: string,
    readonly facts: readonly Fact[],
  ) {
    this.label = labelOf(this)
  }

  get head(): Fact | undefined {
    return this.facts[this.position]
  }
}

/** A consumer group: its queues, and those of them that hold something. */
export class Group {
  private readonly queues = new Map<string, Queue>()
  readonly ready: Queue[] = []

  constructor(
    readonly name: string,
    private readonly topics: ReadonlySet<string>,
  ) {}

  reads(topic: string): boolean {
    return this.topics.has(topic)
  }

  queueOf(topic: string, key: string, facts: readonly Fact[]): Queue {
    const name = `${topic}\n${key}`
    const known = this.queues.get(name)
    if (known) return known
    const queue = new Queue(topic, key, facts)
    this.queues.set(name, queue)
    return queue
  }

  moved(queue: Queue): void {
    const hasMore = queue.position < queue.facts.length
    if (hasMore === queue.place >= 0) return
    if (hasMore) {
      queue.place = this.ready.push(queue) - 1
      return
    }
    const last = this.ready.pop()
    if (last && last !== queue) {
      this.ready[queue.place] = last
      last.place = queue.place
    }
    queue.place = -1
  }

  /** The broker is told how far this group has come. */
  commit(): void {
    for (const queue of this.queues.values()) queue.committed = queue.position
  }

  /** Everything since the last commit is read again. */
  rewind(): void {
    for (const queue of this.queues.values()) {
      queue.position = queue.committed
      this.moved(queue)
    }
  }

  /** Some of what was read before is read again: an offset that was set back by hand. */
  replay(queue: Queue): void {
    queue.position = 0
    this.moved(queue)
  }

  all(): readonly Queue[] {
    return [...this.queues.values()]
  }
}

/** Topics, and the groups that read them. */
export class Bus {
  private readonly logs = new Map<string, { readonly topic: string; readonly key: string; readonly facts: Fact[] }>()

  constructor(readonly groups: readonly Group[]) {}

  append(fact: Fact): void {
    const name = `${fact.topic}\n${fact.key}`
    let log = this.logs.get(name)
    if (!log) {
      log = { topic: fact.topic, key: fact.key, facts: [] }
      this.logs.set(name, log)
    }
    log.facts.push(fact)
    for (const group of this.groups) if (group.reads(fact.topic)) group.moved(group.queueOf(fact.topic, fact.key, log.facts))
  }

  /** Everything that lies on the topics, key by key. */
  everything(): readonly Fact[] {
    return [...this.logs.values()].flatMap(({ facts }) => facts)
  }
}
