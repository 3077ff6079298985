import { existsSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { FeedbackReceived, FeedbackRequested, OrderPlaced, ReturnApproved, ShipmentDelivered, ShipmentDispatched } from '@waybill/contracts'
import { newId, signLink } from '@waybill/service-kit'
import { eventually, exampleOf, namespace, request, type StartedService } from '@waybill/testing'
import { chromium, type Browser } from 'playwright-core'
import { service } from '../src/service.js'

const CHROMIUM = '/usr/bin/chromium'
const LINK_KEY = 'the link key of the tests'
const ns = await namespace()
const order = newId()
let app: StartedService
let feedback: string

beforeAll(async () => {
  app = await ns.start(service)
  const shipment = newId()
  const [line] = exampleOf(OrderPlaced).orderedLines
  const lines = [{ line: 1, unitNumbers: [{ from: 1, to: 3 }] }]
  await ns.publish(OrderPlaced, { key: order, subject: order, payload: exampleOf(OrderPlaced, { order, orderedLines: [{ ...line!, product: '<b>Mug</b>' }] }) })
  await ns.publish(ShipmentDispatched, { key: order, subject: shipment, payload: exampleOf(ShipmentDispatched, { order, shipment, lines }) })
  await ns.publish(ShipmentDelivered, { key: order, subject: shipment, payload: exampleOf(ShipmentDelivered, { order, shipment, lines, deliveredAt: new Date().toISOString() }) })
  feedback = (await ns.published(FeedbackRequested, ({ payload }) => payload.order === order)).payload.feedback
  await eventually(async () => expect((await request(app.url).get(`/v1/returns/link/${signLink(LINK_KEY, 'return', order)}`)).status).toBe(200))
})

it('a link that is not ours, or is for something else, opens nothing', async () => {
  const [, , signature] = signLink(LINK_KEY, 'feedback', feedback).split('.')
  for (const path of ['/f/feedback.x.y', `/f/feedback.${order}.${signature ?? ''}`, `/r/${signLink(LINK_KEY, 'feedback', feedback)}`]) expect((await request(app.url).get(path)).status).toBe(404)
})

const inBrowser = existsSync(CHROMIUM) ? describe : describe.skip

inBrowser(`a customer, in ${CHROMIUM}`, () => {
  let browser: Browser
  const errors: string[] = []
  const open = async (path: string) => {
    const page = await browser.newPage({ viewport: { width: 360, height: 700 } })
    page.on('pageerror', (error) => errors.push(String(error)))
    page.on('console', (message) => message.type() === 'error' && errors.push(message.text()))
    await page.goto(app.url + path)
    return page
  }

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] })
  })
  afterAll(() => browser.close())

  it('says how it went, by keyboard', async () => {
    const page = await open(`/f/${signLink(LINK_KEY, 'feedback', feedback)}`)
    await page.keyboard.press('Tab')
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('Enter')
    await eventually(async () => expect(await page.locator('#answer').innerText()).toBe('Thank you.'))
    expect((await ns.published(FeedbackReceived, ({ payload }) => payload.feedback === feedback)).payload.csat).toBeGreaterThan(0)
    await page.close()
  })

  it('says what he sends back, and sees product names as text', async () => {
    const page = await open(`/r/${signLink(LINK_KEY, 'return', order)}`)
    expect(await page.locator('tbody td').first().innerText()).toBe('<b>Mug</b>')
    await page.locator('button').click()
    expect(await page.locator('#answer').innerText()).toContain('how many units')
    await page.locator('[name=units]').fill('2')
    await page.locator('button').click()
    await eventually(async () => expect(await page.locator('#answer').innerText()).toContain('approved'))
    expect((await ns.published(ReturnApproved, ({ payload }) => payload.order === order)).payload.lines).toEqual([{ line: 1, unitNumbers: [{ from: 1, to: 2 }] }])
    expect(errors).toEqual([])
    await page.close()
  })
})
