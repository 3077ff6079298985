import { randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { answerOf, type ApiAnswer, isForLater, type Patience } from '@waybill/local'
import type { Mailbox } from './mailbox.js'
import type { PlannedOrder } from './orders.js'
import type { Random } from './random.js'
import type { Run } from './run.js'

/** Part of customers who answer the question how it went. */
const ANSWERS = 0.3

/** The customers: read their mail, pay another way, say how it went, send something back. All by the links in their mails. */
export class Customers {
  private readonly waiting = new Map<string, PlannedOrder>()
  /** Mails of those who wait for more, by address. */
  private readonly kept = new Map<string, string[]>()
  private seen = 0

  constructor(
    private readonly mailbox: Mailbox,
    private readonly random: Random,
    private readonly run: Run,
    private readonly patience: Patience = { tries: 20, pauseMaxMs: 300 },
  ) {}

  /** These customers will do something when the right mail comes; the others never look. */
  expect(orders: readonly PlannedOrder[]): void {
    for (const order of orders) {
      const { isReturned, isDeclined, paysAnotherWay } = order
      if (isReturned || (isDeclined && paysAnotherWay) || this.random.chance(ANSWERS)) this.waiting.set(order.email, order)
    }
  }

  /** Gives out what has come since the last time; whoever has what he waited for acts. True if there was mail. */
  async readMail(): Promise<boolean> {
    const { total } = await this.mailbox.list(1)
    if (total === this.seen) return false
    const { messages } = await this.mailbox.list(total - this.seen)
    this.seen += messages.length
    for (const { id, to } of [...messages].reverse()) {
      const order = to.map((address) => this.waiting.get(address)).find((found) => found !== undefined)
      if (!order || !this.run.isGoing) continue
      const mails = [...(this.kept.get(order.email) ?? []), await this.mailbox.text(id)]
      this.kept.set(order.email, mails)
      if (await this.act(order, mails)) {
        this.waiting.delete(order.email)
        this.kept.delete(order.email)
      }
    }
    return true
  }

  private async act(order: PlannedOrder, mails: readonly string[]): Promise<boolean> {
    const links = (path: string): string[] => mails.flatMap((text) => text.match(new RegExp(`https?://[^\\s"<>]+/${path}/[\\w.-]+`, 'g')) ?? [])
    if (order.isDeclined && order.paysAnotherWay) {
      const [pay] = links('pay')
      if (pay === undefined) return false
      await this.post(pay.replace('/pay/', '/v1/pay/'), { token: 'tok_ok' }, 'pay')
      return true
    }
    const [feedback] = links('f')
    if (feedback === undefined) return false
    await this.post(feedback.replace('/f/', '/v1/feedback/link/'), { csat: this.random.between(2, 5), nps: this.random.between(0, 10), causes: ['packaging'], text: 'Thank you.' }, 'feedback')
    const [sendBack] = links('r')
    if (order.isReturned && sendBack !== undefined) await this.sendBack(sendBack.replace('/r/', '/v1/returns/link/'))
    return true
  }

  private async sendBack(url: string): Promise<void> {
    const answer = await this.persist(() => answerOf(url, {}, this.patience.answerMs))
    if (answer?.status !== 200) return this.run.trouble(`return page: ${answer?.status ?? 'no answer'}`)
    const { lines } = answer.body as { lines: { line: number; returnableUnits: number }[] }
    const wanted = lines.filter(({ returnableUnits }) => returnableUnits > 0).slice(0, 2)
    if (wanted.length === 0) return
    await this.post(url, { lines: wanted.map(({ line, returnableUnits }) => ({ line, units: this.random.between(1, returnableUnits), reason: this.random.pick(['does-not-fit', 'changed-mind', 'defective']) })) }, 'return')
  }

  private async post(url: string, body: object, what: string): Promise<void> {
    const request = { method: 'POST', headers: { 'content-type': 'application/json', 'idempotency-key': randomUUID() }, body: JSON.stringify(body) }
    const answer = await this.persist(() => answerOf(url, request, this.patience.answerMs))
    if (answer === undefined || isForLater(answer)) this.run.trouble(`${what}: no answer`)
    else if (answer.status >= 300) this.run.trouble(`${what}: ${(answer.body as { code: string }).code}`)
  }

  /** A page that does not load is loaded again, a form that gave no answer is sent again. */
  private async persist(ask: () => Promise<ApiAnswer | undefined>): Promise<ApiAnswer | undefined> {
    for (let attempt = 1; ; attempt++) {
      const answer = await ask()
      if (attempt === this.patience.tries || (answer !== undefined && !isForLater(answer))) return answer
      await wait(Math.min(this.patience.pauseMaxMs, 250 * 2 ** attempt))
    }
  }
}
