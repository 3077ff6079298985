import { Injectable } from '@nestjs/common'
import { asId, type Cause, type OrderId } from '@waybill/kernel'
import { newId, UnitOfWork, type Tx } from '@waybill/service-kit'
import { MessageRules, type Next } from '../messages/after-sending.js'
import type { Sending } from '../messages/mailer.js'
import type { Details, MessageId, MessageKind, MessageStatus, Occasion, OrderedLines, Outgoing } from '../messages/message.js'
import { Messages, type Answered, type Attempt, type MessageRow, type News } from '../messages/messages.js'

/** Beyond its deadline a waiting message is looked at this often. */
const LATE_CHECK_MS = 600_000
const DAY_MS = 86_400_000
const ERASED = 'the details were erased'

interface OutgoingRow {
  readonly id: string
  readonly order_id: string
  readonly occasion: Occasion
  readonly status: MessageStatus
  readonly tries: number
  readonly maybe_sent: number
  readonly created_at: Date
  readonly reference: string | null
  readonly name: string | null
  readonly email: string | null
  readonly is_erased: boolean
  readonly lines: OrderedLines['lines'] | null
}

@Injectable()
export class PostgresMessages extends Messages {
  constructor(
    private readonly uow: UnitOfWork,
    private readonly rules: MessageRules,
  ) {
    super()
  }

  async intend(news: readonly News[]): Promise<void> {
    await this.uow.change(news, async (tx, fresh) => {
      const details = await tx.query<{ order_id: string; is_erased: boolean }>(
        'delivery_details.known',
        // locked against an erasure, which drops what it finds: one of the two sees the other
        'select order_id, erased_at is not null as is_erased from delivery_details where order_id = any($1::uuid[]) order by order_id for share',
        [fresh.map(({ order }) => order)],
      )
      const known = new Map(details.map(({ order_id, is_erased }) => [order_id, is_erased]))
      const rows = fresh.flatMap(({ cause, order, occasion }) => {
        if (occasion === null) return []
        const isErased = known.get(order)
        const status: MessageStatus = isErased === undefined ? 'AWAITING_DETAILS' : isErased ? 'DROPPED' : 'QUEUED'
        return [{ id: newId(), kind: occasion.kind, event_id: cause.eventId, order_id: order, occasion, status, why: isErased ? ERASED : null }]
      })
      const made = await tx.query<{ id: string; status: MessageStatus; order_id: string }>(
        'messages.intend',
        `insert into messages (id, kind, event_id, order_id, occasion, status, why, created_at)
         select r.id, r.kind, r.event_id, r.order_id, r.occasion, r.status, r.why, $2
         from jsonb_to_recordset($1::jsonb) as r (id uuid, kind text, event_id uuid, order_id uuid, occasion jsonb, status text, why text)
         on conflict (event_id, kind) do nothing returning id, status, order_id`,
        [JSON.stringify(rows), tx.now],
      )
      for (const { id, status, order_id } of made) {
        if (status === 'QUEUED') send(tx, id, order_id)
        if (status === 'AWAITING_DETAILS') tx.schedule({ kind: 'message-check', subject: id, dueAt: later(tx, this.rules.firstCheckMs), correlationId: order_id })
      }
    })
  }

  async keepOrders(inputs: readonly { readonly cause: Cause; readonly order: OrderedLines }[]): Promise<void> {
    await this.uow.change(inputs, async (tx, fresh) => {
      const latest = [...new Map(fresh.map(({ order }) => [order.order, order])).values()]
      await tx.query(
        'orders.keep',
        `insert into orders (order_id, lines) select r."order", r.lines from jsonb_to_recordset($1::jsonb) as r ("order" uuid, lines jsonb) order by r."order" on conflict (order_id) do nothing`,
        [JSON.stringify(latest)],
      )
    })
  }

  async keepDetails(inputs: readonly { readonly cause: Cause; readonly details: Details }[]): Promise<void> {
    await this.uow.change(inputs, async (tx, fresh) => {
      const latest = [...new Map(fresh.map(({ details }) => [details.order, details])).values()]
      await tx.query(
        'delivery_details.keep',
        `insert into delivery_details (order_id, reference, name, email)
         select r."order", r.reference, r.name, r.email from jsonb_to_recordset($1::jsonb) as r ("order" uuid, reference text, name text, email text) order by r."order"
         on conflict (order_id) do update set reference = excluded.reference, name = excluded.name, email = excluded.email where delivery_details.erased_at is null`,
        [JSON.stringify(latest)],
      )
      await this.goOn(tx, { orders: latest.map(({ order }) => order) }, (order) => fresh.find(({ details }) => details.order === order)?.cause ?? fresh[0]?.cause)
    })
  }

  async eraseDetails(inputs: readonly { readonly cause: Cause; readonly order: OrderId }[]): Promise<void> {
    await this.uow.change(inputs, async (tx, fresh) => {
      const orders = fresh.map(({ order }) => order)
      await tx.query(
        'delivery_details.erase',
        `insert into delivery_details (order_id, erased_at) select distinct o, $2::timestamptz from unnest($1::uuid[]) as o order by o
         on conflict (order_id) do update set reference = null, name = null, email = null, erased_at = coalesce(delivery_details.erased_at, excluded.erased_at)`,
        [orders, tx.now],
      )
      const dropped = await tx.query<{ id: string; order_id: string }>(
        'messages.drop',
        `update messages set status = 'DROPPED', why = $2 where order_id = any($1::uuid[]) and status in ('AWAITING_DETAILS', 'QUEUED', 'FAILED', 'UNKNOWN') returning id, order_id`,
        [orders, ERASED],
      )
      for (const { id, order_id } of dropped) {
        tx.cancelTimer('send-mail', id)
        tx.cancelTimer('message-check', id)
        const cause = fresh.find(({ order }) => order === order_id)?.cause
        if (cause) for (const kind of ['mail-details-missing', 'mail-undeliverable']) tx.closeTask(kind, id, ERASED, cause)
      }
    })
  }

  async outgoing(ids: readonly MessageId[]): Promise<readonly Outgoing[]> {
    const rows = await this.uow.query<OutgoingRow>(
      'messages.outgoing',
      `select m.id, m.order_id, m.occasion, m.status, m.tries, m.maybe_sent, m.created_at, d.reference, d.name, d.email, d.erased_at is not null as is_erased, o.lines
       from messages m left join delivery_details d on d.order_id = m.order_id left join orders o on o.order_id = m.order_id where m.id = any($1::uuid[])`,
      [ids],
    )
    return rows.map((row) => ({
      id: asId<MessageId>(row.id),
      order: asId<OrderId>(row.order_id),
      occasion: row.occasion,
      status: row.status,
      details: row.reference !== null && row.name !== null && row.email !== null ? { order: asId<OrderId>(row.order_id), reference: row.reference, name: row.name, email: row.email } : null,
      isErased: row.is_erased,
      descriptions: new Map((row.lines ?? []).map(({ line, description }) => [line, description])),
      tries: row.tries,
      maybeSent: row.maybe_sent,
      createdAt: row.created_at,
    }))
  }

  async settle(attempts: readonly Attempt[], decide: (message: Outgoing, sending: Sending, now: Date) => Next): Promise<void> {
    await this.uow.change(attempts, async (tx, fresh) => {
      const tried = fresh.flatMap(({ cause, message, sending }) => (sending ? [{ cause, message, next: decide(message, sending, tx.now) }] : []))
      const written = await tx.query<{ id: string; status: MessageStatus }>(
        'messages.settle',
        // what was sent is sent, even if it was dropped meanwhile: the log says what happened
        `update messages m set status = r.status, why = r.why, tries = m.tries + 1, maybe_sent = r.maybe_sent, sent_at = case when r.status = 'SENT' then $5::timestamptz end
         from unnest($1::uuid[], $2::text[], $3::text[], $4::int[]) as r (id, status, why, maybe_sent)
         where m.id = r.id and (m.status = 'QUEUED' or r.status = 'SENT' and m.status = 'DROPPED') returning m.id, m.status`,
        [
          tried.map(({ message }) => message.id),
          tried.map(({ next }) => next.status),
          tried.map(({ next }) => ('why' in next ? next.why.slice(0, 500) : null)),
          tried.map(({ message, next }) => ('maybeSent' in next ? next.maybeSent : message.maybeSent)),
          tx.now,
        ],
      )
      const current = new Set(written.map(({ id }) => id))
      for (const { cause, message, next } of tried) if (current.has(message.id)) follow(tx, message, next, cause)
    })
  }

  async check(due: readonly { readonly cause: Cause; readonly message: MessageId }[]): Promise<void> {
    await this.uow.change(due, async (tx, fresh) => {
      await this.goOn(tx, { messages: fresh.map(({ message }) => message) }, () => fresh[0]?.cause)
      const waiting = await tx.query<{ id: string; order_id: string; created_at: Date }>(
        'messages.waiting',
        `select id, order_id, created_at from messages where id = any($1::uuid[]) and status = 'AWAITING_DETAILS'`,
        [fresh.map(({ message }) => message)],
      )
      for (const { id, order_id, created_at } of waiting) {
        const waitedMs = tx.now.getTime() - created_at.getTime()
        const leftMs = this.rules.detailsPatienceMs - waitedMs
        const wait = leftMs <= 0 ? LATE_CHECK_MS : Math.min(Math.max(this.rules.firstCheckMs, waitedMs / 2), leftMs)
        tx.schedule({ kind: 'message-check', subject: id, dueAt: later(tx, wait), correlationId: order_id })
        const cause = fresh.find(({ message }) => message === id)?.cause
        if (leftMs <= 0 && cause)
          tx.openTask({ kind: 'mail-details-missing', subject: id, why: 'a mail waits for the details of its order, which have not come', owner: 'agent', dueAt: later(tx, DAY_MS), order: order_id, cause })
      }
    })
  }

  async sendAgain(input: { readonly cause: Cause; readonly message: MessageId }): Promise<Answered<{ readonly status: MessageStatus } | null>> {
    const [outcome] = await this.uow.change<typeof input, { readonly status: MessageStatus } | null>([input], async (tx) => {
      const [row] = await tx.query<{ status: MessageStatus; order_id: string }>('messages.lock', 'select status, order_id from messages where id = $1 for update', [input.message])
      if (!row) return [null]
      if (row.status !== 'FAILED' && row.status !== 'UNKNOWN') return [{ status: row.status }]
      await tx.query('messages.queue_again', `update messages set status = 'QUEUED', why = null, maybe_sent = 0, created_at = $2 where id = $1`, [input.message, tx.now])
      send(tx, input.message, row.order_id)
      tx.closeTask('mail-undeliverable', input.message, 'sent again', input.cause)
      return [{ status: 'QUEUED' }]
    })
    return outcome ?? { result: undefined, replayed: false }
  }

  async list(filter: { readonly order?: OrderId; readonly status?: MessageStatus; readonly after?: MessageId; readonly limit: number }): Promise<readonly MessageRow[]> {
    return this.uow.query<{ id: MessageId; kind: MessageKind; order: OrderId; status: MessageStatus; why: string | null; tries: number; createdAt: Date; sentAt: Date | null }>(
      'messages.list',
      `select id, kind, order_id as "order", status, why, tries, created_at as "createdAt", sent_at as "sentAt" from messages
       where ($1::uuid is null or order_id = $1) and ($2::text is null or status = $2) and ($3::uuid is null or id < $3) order by id desc limit $4`,
      [filter.order ?? null, filter.status ?? null, filter.after ?? null, filter.limit],
    )
  }

  /** Queues what waited for details that are here now. */
  private async goOn(tx: Tx, which: { readonly orders?: readonly OrderId[]; readonly messages?: readonly MessageId[] }, causeOf: (order: string) => Cause | undefined): Promise<void> {
    const rows = await tx.query<{ id: string; order_id: string }>(
      'messages.details_came',
      `update messages m set status = 'QUEUED' from delivery_details d
       where m.status = 'AWAITING_DETAILS' and d.order_id = m.order_id and d.erased_at is null and (m.order_id = any($1::uuid[]) or m.id = any($2::uuid[])) returning m.id, m.order_id`,
      [which.orders ?? [], which.messages ?? []],
    )
    for (const { id, order_id } of rows) {
      tx.cancelTimer('message-check', id)
      send(tx, id, order_id)
      const cause = causeOf(order_id)
      if (cause) tx.closeTask('mail-details-missing', id, 'the details came', cause)
    }
  }
}

const later = (tx: Tx, ms: number): Date => new Date(tx.now.getTime() + ms)

const send = (tx: Tx, message: string, order: string): void => tx.schedule({ kind: 'send-mail', subject: message, dueAt: tx.now, correlationId: order })

function follow(tx: Tx, message: Outgoing, next: Next, cause: Cause): void {
  switch (next.status) {
    case 'SENT':
      tx.closeTask('mail-undeliverable', message.id, 'it went out', cause)
      return
    case 'QUEUED':
      tx.schedule({ kind: 'send-mail', subject: message.id, dueAt: next.at, correlationId: message.order })
      return
    case 'FAILED':
    case 'UNKNOWN':
      tx.openTask({
        kind: 'mail-undeliverable',
        subject: message.id,
        why: `${next.status === 'FAILED' ? 'could not be sent' : 'may have gone out twice, and is not sent again unasked'}: ${message.occasion.kind}: ${next.why}`.slice(0, 500),
        owner: 'agent',
        dueAt: later(tx, DAY_MS),
        order: message.order,
        cause,
      })
      return
    default:
      next satisfies never
  }
}
