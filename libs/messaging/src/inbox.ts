import type { TopicDefinition } from '@waybill/contracts'
import type { EventCause } from '@waybill/kernel'
import { deliveryOf, type Admission, type Delivery } from './delivery.js'
import type { Journal } from './journal.js'
import { GAP, parkMessages, QUEUED, retryHead, setParkedCode, wakeParkedKeys, type NewlyParked, type ParkedAs } from './parking.js'
import type { RaiseAlarm, SqlClient } from './platform.js'
import { quarantine } from './quarantine.js'
import { republishAsked } from './registry.js'
import { forgetCopies } from './sealed-copies.js'

/** Inbox rows live this long; what comes later than that and looks old is taken as seen. */
export const INBOX_DAYS = 35

export interface InboxParts {
  readonly group: string
  readonly topics: ReadonlyMap<string, TopicDefinition>
  readonly journal: Journal
  readonly alarm: RaiseAlarm
}

/** Something to be admitted. Of what is ignored or refused only the place in the sequence counts; a refused message never waits. */
interface Candidate {
  readonly cause: EventCause
  readonly delivery: Delivery | undefined
  readonly fate: 'handled' | 'ignored' | 'refused'
}

/** A place in the sequence of a subject. */
type Place = Pick<EventCause, 'topic' | 'subject' | 'sequence'>

interface Facts {
  /** Event ids whose inbox row this transaction made. */
  readonly inserted: Set<string>
  /** Last sequence by topic and subject, moved on as the batch is walked. */
  readonly last: Map<string, number>
  /** Keys that wait, with what the first of them waits for. */
  readonly parked: Map<string, Waiting>
}

interface Waiting {
  readonly code: string
  readonly subject: string | null
  readonly sequence: number | null
}

// One round trip on the way of every batch. The lock on parked_key makes a batch wait for a retry that is just emptying the queue.
const ADMIT = `
  WITH input AS (
    SELECT * FROM unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::boolean[]) AS i (event_id, topic, key, subject, hash, stored)
  ), parked AS (
    SELECT p.topic, p.key, p.code FROM messaging.parked_key p
    WHERE p.consumer_group = $1 AND (p.topic, p.key) IN (SELECT topic, key FROM input) FOR UPDATE
  ), inserted AS (
    INSERT INTO messaging.inbox (event_id, consumer_group, payload_hash)
    SELECT event_id, $1, decode(hash, 'hex') FROM input i
    WHERE stored AND NOT EXISTS (SELECT FROM parked p WHERE p.topic = i.topic AND p.key = i.key)
    ON CONFLICT DO NOTHING RETURNING event_id
  )
  SELECT 'inserted' AS what, event_id::text AS a, NULL AS b, NULL::text AS c FROM inserted
  UNION ALL SELECT 'parked', topic, key, code FROM parked
  UNION ALL SELECT 'last', s.topic, s.subject, s.sequence::text FROM messaging.consumed_sequence s
    WHERE s.consumer_group = $1 AND (s.topic, s.subject) IN (SELECT topic, subject FROM input)`

const SAVE_SEQUENCES = `
  INSERT INTO messaging.consumed_sequence AS c (consumer_group, topic, subject, sequence)
  SELECT $1, topic, subject, sequence FROM unnest($2::text[], $3::text[], $4::bigint[]) AS t (topic, subject, sequence) ORDER BY topic, subject
  ON CONFLICT (consumer_group, topic, subject) DO UPDATE SET sequence = greatest(c.sequence, excluded.sequence)`

/** What a group has taken in: once each, in order per subject. */
export class Inbox {
  constructor(private readonly parts: InboxParts) {}

  /**
   * First step of a consumer's transaction: parked keys, inbox rows, sequences and gaps. One answer per cause, same order.
   * Do the work of the fresh ones only, then commit, also when none is fresh: committing is what records the others.
   * Causes made by hand (tests) have no record behind them: they are only told apart by event id.
   */
  async admit(client: SqlClient, causes: readonly EventCause[]): Promise<readonly Admission[]> {
    const candidates = causes.map((cause): Candidate => ({ cause, delivery: deliveryOf(cause), fate: 'handled' }))
    const retried = candidates.find(({ delivery }) => delivery?.parked !== undefined)
    if (retried) return Promise.all(candidates.map(async (candidate) => (candidate === retried ? this.admitRetried(client, retried) : 'seen')))
    return this.decide(client, candidates)
  }

  /** The same for messages no handler takes, in their order: what is ignored waits like any other, what is refused lies in quarantine. */
  async account(client: SqlClient, passed: readonly { readonly delivery: Delivery; readonly fate: 'ignored' | 'refused' }[]): Promise<readonly Admission[]> {
    return this.decide(client, passed.map(({ delivery, fate }): Candidate => ({ cause: delivery.cause, delivery, fate })))
  }

  private async decide(client: SqlClient, candidates: readonly Candidate[]): Promise<readonly Admission[]> {
    const facts = await this.lookUp(client, candidates)
    if (seemsGapped(candidates, facts)) await this.readSequencesAgain(client, candidates, facts)
    const batch = new Batch()
    const seenIds = await this.alreadyHandled(client, candidates, facts)
    const filled = await this.gapHeads(client, candidates, facts)
    const admissions = candidates.map((candidate) => this.judge(candidate, facts, batch, seenIds, filled))
    await this.settle(client, facts, batch)
    await this.forgetErased(client, candidates)
    // A message said to be refused may have turned out to be known to quarantine already.
    candidates.forEach(({ cause }, index) => {
      if (admissions[index] === 'refused' && batch.knownStale.has(cause.eventId)) admissions[index] = 'seen'
    })
    candidates.forEach(({ delivery }, index) => {
      if (delivery) delivery.admission = admissions[index]
    })
    return admissions
  }

  private async lookUp(client: SqlClient, candidates: readonly Candidate[]): Promise<Facts> {
    const causes = candidates.map(({ cause }) => cause)
    const { rows } = await client.query<{ what: 'inserted' | 'parked' | 'last'; a: string; b: string; c: string }>({
      name: 'messaging.inbox.admit',
      text: ADMIT,
      values: [
        this.parts.group,
        causes.map(({ eventId }) => eventId),
        causes.map(({ topic }) => topic),
        causes.map(({ key }) => key),
        causes.map(({ subject }) => subject),
        causes.map(({ payloadHash }) => hashKept(payloadHash)),
        candidates.map(({ fate }) => fate === 'handled'),
      ],
    })
    const facts: Facts = { inserted: new Set(), last: new Map(), parked: new Map() }
    for (const { what, a, b, c } of rows) {
      if (what === 'inserted') facts.inserted.add(a)
      else if (what === 'last') facts.last.set(pair(a, b), Number(c))
      else facts.parked.set(pair(a, b), { code: c, subject: null, sequence: null })
    }
    return facts
  }

  /**
   * The statement that looked up sequences may have waited for a retry that was just emptying a key, and seen them as they were before.
   * What looks like a gap is therefore read once more.
   */
  private async readSequencesAgain(client: SqlClient, candidates: readonly Candidate[], facts: Facts): Promise<void> {
    const { rows } = await client.query<{ topic: string; subject: string; sequence: string }>({
      name: 'messaging.inbox.sequences',
      text: `SELECT topic, subject, sequence FROM messaging.consumed_sequence
        WHERE consumer_group = $1 AND (topic, subject) IN (SELECT * FROM unnest($2::text[], $3::text[]))`,
      values: [this.parts.group, candidates.map(({ cause }) => cause.topic), candidates.map(({ cause }) => cause.subject)],
    })
    for (const { topic, subject, sequence } of rows) facts.last.set(pair(topic, subject), Number(sequence))
  }

  /** Where somebody is to be forgotten, no copy of what came before may be readable, and none may stand in the way of it. */
  private async forgetErased(client: SqlClient, candidates: readonly Candidate[]): Promise<void> {
    const erasing = candidates.flatMap(({ cause: { topic, key, type }, fate }) => (fate !== 'refused' && this.parts.topics.get(topic)?.erasedBy === type ? [{ topic, scope: key }] : []))
    await forgetCopies(client, erasing)
  }

  private judge(candidate: Candidate, facts: Facts, batch: Batch, seenIds: ReadonlyMap<string, string>, filled: ReadonlyMap<string, Waiting>): Admission {
    const { cause, delivery, fate } = candidate
    if (fate === 'refused') {
      // What follows it must be no gap; but it must not hide one either.
      if (isNext(cause, facts)) batch.advance(cause, facts)
      return 'refused'
    }
    if (batch.waiting.has(cause.eventId)) return 'parked'
    const earlierHash = batch.hashes.get(cause.eventId) ?? seenIds.get(cause.eventId)
    if (earlierHash !== undefined) {
      advance(facts, cause)
      if (earlierHash === hashKept(cause.payloadHash) || !delivery) return 'seen'
      batch.conflicts.push(delivery)
      return 'refused'
    }
    if (fate === 'handled') batch.hashes.set(cause.eventId, hashKept(cause.payloadHash))
    if (!delivery) return 'fresh'

    const key = keyOf(cause)
    if (facts.parked.has(key)) {
      const waiting = filled.get(key)
      if (waiting && fillsGap(cause, waiting, facts)) {
        batch.advance(cause, facts)
        if (fate === 'handled') batch.filling.push(cause)
        if (cause.sequence === (waiting.sequence ?? 0) - 1) batch.filledKeys.push(cause)
        return 'fresh'
      }
      batch.park({ delivery, code: QUEUED, error: '' })
      return 'parked'
    }
    if (cause.sequence === null || delivery.redriven) return 'fresh'
    if (isNext(cause, facts)) {
      batch.advance(cause, facts)
      return 'fresh'
    }
    const before = facts.last.get(subjectOf(cause)) ?? 0
    if (cause.sequence > before + 1) {
      facts.parked.set(key, { code: GAP, subject: cause.subject, sequence: cause.sequence })
      batch.park({ delivery, code: GAP, error: `sequence ${cause.sequence} came after ${before}` })
      batch.gaps.push({ cause, from: before + 1 })
      return 'parked'
    }
    if (fate === 'ignored') return 'seen'
    batch.withdrawn.push(cause)
    if (isOlderThanInbox(cause)) return 'seen'
    batch.stale.push(delivery)
    return 'refused'
  }

  /** Writes what the walk over the batch decided. On the usual way that is one statement. */
  private async settle(client: SqlClient, facts: Facts, batch: Batch): Promise<void> {
    // A gap, and what follows it within the batch, got its inbox row before the gap was seen.
    const withdrawn = [...batch.withdrawn.map(({ eventId }) => eventId), ...[...batch.waiting].filter((id) => facts.inserted.has(id))]
    if (withdrawn.length > 0)
      await client.query({ name: 'messaging.inbox.withdraw', text: 'DELETE FROM messaging.inbox WHERE event_id = ANY($1::uuid[]) AND consumer_group = $2', values: [withdrawn, this.parts.group] })
    if (batch.filling.length > 0) await this.insert(client, batch.filling)
    if (batch.followers.length > 0) await parkMessages(client, this.parts, batch.followers)
    if (batch.filledKeys.length > 0) await wakeParkedKeys(client, this.parts.group, batch.filledKeys)
    if (batch.gaps.length > 0) await this.askAgain(client, batch.gaps)
    if (batch.conflicts.length > 0 || batch.stale.length > 0) await this.refuse(client, batch)
    await this.saveSequences(client, [...batch.moved], facts.last)
  }

  private async refuse(client: SqlClient, batch: Batch): Promise<void> {
    const known = await this.knownElsewhere(client, batch.stale.map(({ cause }) => cause.eventId))
    for (const { cause } of batch.stale) if (known.has(cause.eventId)) batch.knownStale.add(cause.eventId)
    const refused = [
      ...batch.conflicts.map((delivery) => ({ delivery, code: 'event-id-conflict', detail: 'this event id was handled with other content' })),
      ...batch.stale.filter(({ cause }) => !known.has(cause.eventId)).map((delivery) => ({ delivery, code: 'sequence-repeated', detail: `sequence ${delivery.cause.sequence} was passed already` })),
    ]
    await quarantine(client, this.parts, refused.map(({ delivery, code, detail }) => ({ record: delivery.record, cause: delivery.cause, code, detail })))
    for (const { delivery, code } of refused) this.parts.alarm(code, 'two different messages claim the same place', { topic: delivery.cause.topic, eventId: delivery.cause.eventId, subject: delivery.cause.subject })
  }

  /** First of its key, on its way out of parking: the row goes in the same transaction as the work it causes. */
  private async admitRetried(client: SqlClient, { cause, delivery }: Candidate): Promise<Admission> {
    const admission = await this.decideRetried(client, cause, delivery?.parked ?? { id: '', revision: 0 })
    if (delivery) delivery.admission = admission
    return admission
  }

  private async decideRetried(client: SqlClient, cause: EventCause, read: ParkedAs): Promise<Admission> {
    const head = await retryHead(client, this.parts.group, cause, read)
    if (!head) return 'seen'
    if (await this.missesOne(client, cause)) return 'parked'
    const inserted = await this.insert(client, [cause])
    await head.leave()
    if (cause.sequence !== null) await this.saveSequences(client, [cause], new Map([[subjectOf(cause), cause.sequence]]))
    return inserted > 0 ? 'fresh' : 'seen'
  }

  /** Is a message before this parked one still missing? Then its owner is asked once more, and the key goes on waiting. */
  async missesOne(client: SqlClient, cause: EventCause): Promise<boolean> {
    const { rows } = await client.query<{ sequence: string }>({
      name: 'messaging.inbox.last',
      text: 'SELECT sequence FROM messaging.consumed_sequence WHERE consumer_group = $1 AND topic = $2 AND subject = $3',
      values: [this.parts.group, cause.topic, cause.subject],
    })
    const last = rows[0] === undefined ? undefined : Number(rows[0].sequence)
    if (cause.sequence === null || last === undefined || cause.sequence <= last + 1) return false
    await setParkedCode(client, this.parts.group, cause, GAP, `sequence ${cause.sequence} came after ${last}`)
    await this.askAgain(client, [{ cause, from: last + 1 }])
    return true
  }

  /** Counts a parked message as passed without handling it: it is ignored by this build, or an operator gave it up. */
  async passParked(client: SqlClient, passed: Place): Promise<void> {
    if (passed.sequence !== null) await this.saveSequences(client, [passed], new Map([[subjectOf(passed), passed.sequence]]))
  }

  private async insert(client: SqlClient, causes: readonly EventCause[]): Promise<number> {
    const { rowCount } = await client.query({
      name: 'messaging.inbox.insert',
      text: `INSERT INTO messaging.inbox (event_id, consumer_group, payload_hash) SELECT event_id, $1, decode(hash, 'hex') FROM unnest($2::uuid[], $3::text[]) AS t (event_id, hash) ON CONFLICT DO NOTHING`,
      values: [this.parts.group, causes.map(({ eventId }) => eventId), causes.map(({ payloadHash }) => hashKept(payloadHash))],
    })
    return rowCount ?? 0
  }

  private async saveSequences(client: SqlClient, causes: readonly Place[], last: ReadonlyMap<string, number>): Promise<void> {
    const subjects = new Map(causes.map((cause) => [subjectOf(cause), cause]))
    if (subjects.size === 0) return
    const rows = [...subjects].map(([subject, cause]) => ({ cause, sequence: last.get(subject) ?? 0 }))
    await client.query({
      name: 'messaging.inbox.save-sequences',
      text: SAVE_SEQUENCES,
      values: [this.parts.group, rows.map(({ cause }) => cause.topic), rows.map(({ cause }) => cause.subject), rows.map(({ sequence }) => sequence)],
    })
  }

  /** Hashes of messages that had their inbox row before. Asked only when something was not new. */
  private async alreadyHandled(client: SqlClient, candidates: readonly Candidate[], facts: Facts): Promise<ReadonlyMap<string, string>> {
    const doubtful = candidates.filter(({ cause, fate }) => fate === 'handled' && !facts.inserted.has(cause.eventId)).map(({ cause }) => cause.eventId)
    if (doubtful.length === 0) return new Map()
    const { rows } = await client.query<{ event_id: string; hash: string }>({
      name: 'messaging.inbox.handled',
      text: `SELECT event_id, encode(payload_hash, 'hex') AS hash FROM messaging.inbox WHERE event_id = ANY($1::uuid[]) AND consumer_group = $2`,
      values: [doubtful, this.parts.group],
    })
    return new Map(rows.map(({ event_id, hash }) => [event_id, hash]))
  }

  /** What the parked keys wait for that miss something: the missing message itself must not queue behind them. */
  private async gapHeads(client: SqlClient, candidates: readonly Candidate[], facts: Facts): Promise<ReadonlyMap<string, Waiting>> {
    const keys = candidates.map(({ cause }) => cause).filter((cause) => facts.parked.get(keyOf(cause))?.code === GAP)
    if (keys.length === 0) return new Map()
    const { rows } = await client.query<{ topic: string; key: string; subject: string; sequence: string }>({
      name: 'messaging.inbox.gap-heads',
      text: `SELECT DISTINCT ON (topic, key) topic, key, subject, sequence FROM messaging.parked_message
        WHERE consumer_group = $1 AND status = 'waiting' AND (topic, key) IN (SELECT * FROM unnest($2::text[], $3::text[])) ORDER BY topic, key, id`,
      values: [this.parts.group, keys.map(({ topic }) => topic), keys.map(({ key }) => key)],
    })
    return new Map(rows.map(({ topic, key, subject, sequence }) => [pair(topic, key), { code: GAP, subject, sequence: Number(sequence) }]))
  }

  /** Ids that lie in quarantine or were given up: coming again is no conflict. */
  private async knownElsewhere(client: SqlClient, eventIds: readonly string[]): Promise<ReadonlySet<string>> {
    if (eventIds.length === 0) return new Set()
    const { rows } = await client.query<{ event_id: string }>({
      name: 'messaging.inbox.known-elsewhere',
      text: `SELECT event_id FROM messaging.quarantine WHERE event_id = ANY($1::uuid[]) AND consumer_group = $2
        UNION SELECT event_id FROM messaging.parked_message WHERE event_id = ANY($1::uuid[]) AND consumer_group = $2`,
      values: [eventIds, this.parts.group],
    })
    return new Set(rows.map(({ event_id }) => event_id))
  }

  private async askAgain(client: SqlClient, gaps: readonly { readonly cause: EventCause; readonly from: number }[]): Promise<void> {
    const asked = gaps.flatMap(({ cause, from }) => {
      const owners = (this.parts.topics.get(cause.topic)?.writtenBy ?? []).filter((owner) => owner !== 'channels')
      return owners.map((service) => ({ event: republishAsked, subject: service, key: service, payload: { service, topic: cause.topic, subject: cause.subject, from }, cause }))
    })
    await this.parts.journal.append(client, asked)
    for (const { cause, from } of gaps)
      this.parts.alarm(GAP, 'a message is missing: its key waits and the owner is asked to publish again', { topic: cause.topic, subject: cause.subject, from, got: cause.sequence })
  }
}

/** What the walk over a batch found. */
class Batch {
  readonly hashes = new Map<string, string>()
  readonly moved = new Set<EventCause>()
  readonly followers: NewlyParked[] = []
  readonly waiting = new Set<string>()
  readonly gaps: { readonly cause: EventCause; readonly from: number }[] = []
  /** Their inbox rows were made before it was clear that they may not come in. */
  readonly withdrawn: EventCause[] = []
  readonly filling: EventCause[] = []
  readonly filledKeys: EventCause[] = []
  readonly conflicts: Delivery[] = []
  readonly stale: Delivery[] = []
  readonly knownStale = new Set<string>()

  park(parked: NewlyParked): void {
    this.followers.push(parked)
    this.waiting.add(parked.delivery.cause.eventId)
  }

  advance(cause: EventCause, facts: Facts): void {
    advance(facts, cause)
    this.moved.add(cause)
  }
}

const pair = (a: string, b: string): string => `${a}\u0000${b}`
const keyOf = ({ topic, key }: EventCause): string => pair(topic, key)
const subjectOf = ({ topic, subject }: Place): string => pair(topic, subject)

/** Half of a SHA-256 tells two contents apart as well, in half the room. */
const hashKept = (hash: string): string => hash.slice(0, 32)

function advance(facts: Facts, cause: EventCause): void {
  if (cause.sequence === null) return
  const subject = subjectOf(cause)
  facts.last.set(subject, Math.max(cause.sequence, facts.last.get(subject) ?? 0))
}

/** Does anything come later than its subject's next, as far as `facts` know? */
function seemsGapped(candidates: readonly Candidate[], { last, parked }: Facts): boolean {
  const reached = new Map<string, number>()
  return candidates.some(({ cause }) => {
    if (cause.sequence === null || parked.has(keyOf(cause))) return false
    const subject = subjectOf(cause)
    const before = reached.get(subject) ?? last.get(subject)
    reached.set(subject, Math.max(cause.sequence, before ?? 0))
    return before !== undefined && cause.sequence > before + 1
  })
}

/** The first one seen of a subject, or the one after the last. */
function isNext(cause: EventCause, facts: Facts): boolean {
  if (cause.sequence === null) return false
  const before = facts.last.get(subjectOf(cause))
  return before === undefined || cause.sequence === before + 1
}

const fillsGap = (cause: EventCause, waiting: Waiting, facts: Facts): boolean =>
  waiting.subject === cause.subject && (cause.sequence ?? 0) < (waiting.sequence ?? 0) && isNext(cause, facts)

/** By the time in its uuid v7. */
function isOlderThanInbox({ eventId }: EventCause): boolean {
  const madeAt = eventId[14] === '7' ? Number.parseInt(eventId.slice(0, 8) + eventId.slice(9, 13), 16) : Date.now()
  return Date.now() - madeAt > INBOX_DAYS * 86_400_000
}
