import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  DeliveryDetailsErased,
  DeliveryDetailsSet,
  FeedbackRequested,
  OrderCancelled,
  OrderConfirmed,
  OrderExpired,
  OrderPlaced,
  PaymentDeclined,
  PaymentRefunded,
  PromiseChanged,
  ReturnApproved,
  ReturnRejected,
  ShipmentDispatched,
  TaskOpened,
  type EventDefinition,
} from '@waybill/contracts'
import { Links } from '@waybill/service-kit'
import { collideEverywhere, eventually, exampleOf, namespace, request, type StartedService } from '@waybill/testing'
import { startMailCatcher, type RunningMailCatcher } from '../../../tools/local/src/sandbox/mail/server.js'
import { service } from '../src/service.js'

const ns = await namespace()
let directory: string
let catcher: RunningMailCatcher
let app: StartedService

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'notification-'))
  catcher = await startMailCatcher({ directory, port: 0, smtpPort: 0 })
  app = await ns.start(service, {
    env: {
      SMTP_URL: catcher.smtpUrl,
      // also how long an idle connection keeps the catcher from ending
      SMTP_TIMEOUT: '1s',
      MAIL_FROM: 'Waybill <shop@waybill.example>',
      MAIL_RETRY_FIRST: '50ms',
      FIRST_CHECK: '50ms',
      DETAILS_PATIENCE: '2s',
      PUBLIC_URL_ORDER: 'https://order.example',
      PUBLIC_URL_SHIPPING: 'https://shipping.example',
      PUBLIC_URL_AFTER_SALES: 'https://care.example',
    },
  })
})

afterAll(async () => {
  await catcher.stop()
  await rm(directory, { recursive: true, force: true })
})

interface Caught {
  readonly id: string
  readonly messageId: string
  readonly subject: string
  readonly to: readonly string[]
}

const agent = { role: 'agent' } as const
let number = 0
const newCustomer = (domain = 'example.com') => ({ order: randomUUID(), email: `customer-${++number}@${domain}` })

const say = <P extends { readonly order: string }>(event: EventDefinition<P>, order: string, over: Partial<P> = {}): Promise<string> =>
  ns.publish(event, { key: order, subject: randomUUID(), payload: exampleOf(event, { ...over, order } as Partial<P>) })
const setDetails = ({ order, email }: { order: string; email: string }, over: Partial<DeliveryDetailsSet> = {}) => say(DeliveryDetailsSet, order, { email, ...over })
const mailsTo = async (email: string): Promise<Caught[]> => (await request(catcher.url).get(`/v1/messages?to=${encodeURIComponent(email)}`)).body.messages
const mail = async (email: string, subject: string) =>
  eventually(async () => {
    const found = (await mailsTo(email)).find((each) => each.subject === subject)
    expect(found).toBeDefined()
    return (await request(catcher.url).get(`/v1/messages/${found?.id}`)).body
  }, 20_000)
const messagesOf = async (order: string) => (await request(app.url).get(`/v1/messages?order=${order}`, agent)).body.items

describe('a customer is told', () => {
  it('of everything that happens to an order, once each, with the links that belong to it', async () => {
    const customer = newCustomer()
    const { order, email } = customer
    await setDetails(customer)
    await say(OrderPlaced, order)
    await say(OrderConfirmed, order)
    // once this mail is there, the products' names are known too: facts of other topics may overtake OrderPlaced
    const confirmed = await mail(email, 'Your order W-1001 is confirmed')
    await say(PromiseChanged, order)
    await say(PaymentDeclined, order)
    await say(PaymentDeclined, order, { final: true })
    await say(OrderExpired, order)
    await say(OrderCancelled, order)
    await say(ShipmentDispatched, order)
    await say(FeedbackRequested, order)
    await say(ReturnApproved, order)
    await say(ReturnRejected, order)
    await say(PaymentRefunded, order)
    const links = app.get(Links)

    expect(confirmed.text).toContain('2, Olive oil 500 ml, 26 November 2026 to 28 November 2026')
    expect(confirmed.html).toContain('13 December 2026 to 15 December 2026 (not in stock at the moment)')
    expect(confirmed.text).toContain(`https://shipping.example/t/${links.sign('order', order)}`)
    expect((await mail(email, 'A new date for your order W-1001')).text).toContain('20 December 2026 to 22 December 2026')
    expect((await mail(email, 'Your payment for order W-1001 did not go through')).text).toContain(`https://order.example/pay/${links.sign('pay', order)}`)
    await mail(email, 'Your order W-1001 has expired')
    await mail(email, 'Your order W-1001 is cancelled')
    const shipped = await mail(email, 'Your order W-1001 is on its way')
    expect(shipped.text).toContain(`https://shipping.example/t/${links.sign('shipment', ShipmentDispatched.example.shipment)}`)
    expect(shipped.text).toContain('2, Olive oil 500 ml')
    expect((await mail(email, 'How was your order W-1001?')).text).toContain(`https://care.example/f/${links.sign('feedback', FeedbackRequested.example.feedback)}`)
    await mail(email, 'You can send back from your order W-1001')
    await mail(email, 'Your return for order W-1001')
    expect((await mail(email, 'Your refund for order W-1001')).text).toContain('11.51 EUR')

    await eventually(async () => expect((await messagesOf(order)).map(({ status }: { status: string }) => status)).toEqual(Array.from({ length: 10 }, () => 'SENT')))
    expect(await mailsTo(email)).toHaveLength(10)
    const [first] = await messagesOf(order)
    expect((await mailsTo(email)).map(({ messageId }) => messageId)).toContain(`<${first.id}@waybill.example>`)
    expect(JSON.stringify(await messagesOf(order))).not.toContain('example.com')
    expect(app.log.join('\n')).not.toMatch(/customer-\d+@|Lovelace/)
  })

  it('once, however often the event comes', async () => {
    const customer = newCustomer()
    await setDetails(customer)
    const eventId = await say(OrderExpired, customer.order)
    for (let copy = 0; copy < 3; copy++)
      await ns.publish(OrderExpired, { key: customer.order, subject: customer.order, eventId, payload: exampleOf(OrderExpired, { order: customer.order }) }).catch(() => undefined)
    await mail(customer.email, 'Your order W-1001 has expired')
    await say(OrderCancelled, customer.order)
    await mail(customer.email, 'Your order W-1001 is cancelled')
    expect(await mailsTo(customer.email)).toHaveLength(2)
  })

  it('medusajs/medusa#2948: by one mail, whichever statement collides with another transaction', async () => {
    const customers: { order: string; email: string }[] = []
    const { refused } = await collideEverywhere(async () => {
      const customer = newCustomer()
      customers.push(customer)
      await setDetails(customer)
      await say(OrderConfirmed, customer.order)
      await eventually(async () => expect((await messagesOf(customer.order)).map(({ status }: { status: string }) => status)).toEqual(['SENT']), 20_000)
    })
    expect(refused).toBeGreaterThan(10)
    for (const { email } of customers) expect(await mailsTo(email)).toHaveLength(1)
  }, 60_000)

  it('when the details come later; if they do not come, a person is', async () => {
    const [late, never] = [newCustomer(), newCustomer()]
    await say(OrderCancelled, late.order)
    await say(OrderCancelled, never.order)
    await eventually(async () => expect(await messagesOf(late.order)).toMatchObject([{ status: 'AWAITING_DETAILS' }]))
    await setDetails(late)
    await mail(late.email, 'Your order W-1001 is cancelled')
    const task = await ns.published(TaskOpened, ({ payload }) => payload.order === never.order)
    expect(task.payload).toMatchObject({ kind: 'mail-details-missing', owner: 'agent' })
    await setDetails(never)
    await mail(never.email, 'Your order W-1001 is cancelled')
  })

  it('never after the details are erased', async () => {
    const customer = newCustomer()
    await say(OrderCancelled, customer.order)
    await eventually(async () => expect(await messagesOf(customer.order)).toMatchObject([{ status: 'AWAITING_DETAILS' }]))
    await say(DeliveryDetailsErased, customer.order)
    await eventually(async () => expect(await messagesOf(customer.order)).toMatchObject([{ status: 'DROPPED', why: 'the details were erased' }]))
    await say(OrderExpired, customer.order)
    await eventually(async () => expect((await messagesOf(customer.order)).map(({ status }: { status: string }) => status)).toEqual(['DROPPED', 'DROPPED']))
    expect(await mailsTo(customer.email)).toEqual([])
  })
})

describe('the mail server', () => {
  it('that says "not now" is asked again', async () => {
    const customer = newCustomer('busy.example')
    await setDetails(customer)
    await say(OrderCancelled, customer.order)
    await mail(customer.email, 'Your order W-1001 is cancelled')
    await eventually(async () => expect(await messagesOf(customer.order)).toMatchObject([{ status: 'SENT', tries: 2 }]))
  })

  it('that says "never" makes a task; sent again by a person when the address is right', async () => {
    const customer = newCustomer('refused.example')
    await setDetails(customer)
    await say(OrderCancelled, customer.order)
    const task = await ns.published(TaskOpened, ({ payload }) => payload.order === customer.order)
    expect(task.payload).toMatchObject({ kind: 'mail-undeliverable', owner: 'agent', why: 'could not be sent: order-cancelled: the mail server said 550' })
    const [failed] = await messagesOf(customer.order)
    expect(failed).toMatchObject({ status: 'FAILED', why: 'the mail server said 550' })
    const right = newCustomer()
    await setDetails({ order: customer.order, email: right.email })
    await eventually(async () => {
      await request(app.url).post(`/v1/messages/${failed.id}/send-again`, undefined, agent)
      expect(await mailsTo(right.email)).toHaveLength(1)
    })
    const again = await request(app.url).post(`/v1/messages/${failed.id}/send-again`, undefined, agent)
    expect([again.status, again.body]).toEqual([202, { status: 'SENT' }])
  })

  it('that is away is waited for', async () => {
    const smtpPort = Number(new URL(catcher.smtpUrl).port)
    await catcher.stop()
    const customer = newCustomer()
    await setDetails(customer)
    await say(OrderCancelled, customer.order)
    await eventually(async () => expect((await messagesOf(customer.order))[0]?.tries).toBeGreaterThan(1))
    catcher = await startMailCatcher({ directory, port: 0, smtpPort })
    await mail(customer.email, 'Your order W-1001 is cancelled')
    expect(await mailsTo(customer.email)).toHaveLength(1)
  })
})

describe('hostile details', () => {
  it('add no header and no recipient', async () => {
    const customer = newCustomer()
    await setDetails(customer, { name: 'Eve\r\nBcc: all@example.com\r\n\r\n<script>alert(1)</script>', reference: 'W\r\nX-Evil: 1' })
    await say(OrderCancelled, customer.order)
    const caught = await eventually(async () => {
      const [only] = await mailsTo(customer.email)
      expect(only).toBeDefined()
      return (await request(catcher.url).get(`/v1/messages/${only?.id}`)).body
    })
    expect(caught.to).toEqual([customer.email])
    expect(Object.keys(caught.headers)).not.toContain('bcc')
    expect(Object.keys(caught.headers)).not.toContain('x-evil')
    expect(caught.html).not.toContain('<script>')
  })

  it('that are no address are refused, and a person is told', async () => {
    const customer = newCustomer()
    await setDetails({ ...customer, email: `${customer.email}, eve@example.com` })
    await say(OrderCancelled, customer.order)
    const task = await ns.published(TaskOpened, ({ payload }) => payload.order === customer.order)
    expect(task.payload.why).toContain('the mail address is not one')
    expect(await mailsTo('eve@example.com')).toEqual([])
  })
})

it('the log is for agents and operators', async () => {
  expect((await request(app.url).get('/v1/messages', { role: 'picker' })).status).toBe(403)
  expect((await request(app.url).get('/v1/messages?status=nowhere', agent)).body.code).toBe('invalid-filter')
  expect((await request(app.url).post('/v1/messages/01938b1e-7c00-7000-8000-00000000ffff/send-again', undefined, agent)).status).toBe(404)
})
