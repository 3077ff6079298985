import { existsSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { OrderConfirmed, OrderPlaced } from '@waybill/contracts'
import { newId } from '@waybill/service-kit'
import { eventually, exampleOf, namespace, request, type StartedService } from '@waybill/testing'
import { chromium, type Browser, type Page } from 'playwright-core'
import { service } from '../src/service.js'

const CHROMIUM = '/usr/bin/chromium'
const ns = await namespace()
const order = newId()
let app: StartedService

beforeAll(async () => {
  app = await ns.start(service)
  await ns.publish(OrderPlaced, { key: order, subject: order, payload: exampleOf(OrderPlaced, { order, reference: '<i>W-9</i>' }) })
})

it('the page itself carries no data', async () => {
  const { body } = await request(app.url).get('/')
  expect(body).toContain('<!doctype html>')
  expect(body).not.toContain('W-9')
})

const inBrowser = existsSync(CHROMIUM) ? describe : describe.skip

inBrowser(`the live board, in ${CHROMIUM}`, () => {
  let browser: Browser
  let page: Page
  const errors: string[] = []

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] })
    page = await browser.newPage()
    page.on('pageerror', (error) => errors.push(String(error)))
    await page.goto(app.url)
  })
  afterAll(() => browser.close())

  const text = (selector: string): Promise<string> => page.locator(selector).innerText()

  it('shows nothing before somebody signs in', async () => expect(await text('#orders')).toBe(''))

  it('shows orders and moves as they move', async () => {
    await page.getByRole('button', { name: 'Sign in as development agent' }).click()
    await eventually(async () => expect(await text('#orders')).toContain('<i>W-9</i>'), 10_000)
    expect(await text('#orders tr td:nth-child(5)')).toBe('placed')
    await ns.publish(OrderConfirmed, { key: order, subject: order, payload: exampleOf(OrderConfirmed, { order }) })
    await eventually(async () => expect(await text('#orders tr td:nth-child(5)')).toBe('confirmed'), 10_000)
    expect(await page.locator('.way').first().getAttribute('aria-label')).toBe('confirmed')
  })

  it('opens an order\'s timeline by keyboard, and closes it again', async () => {
    await page.locator('#orders button').first().focus()
    await page.keyboard.press('Enter')
    await eventually(async () => expect(await text('#entries')).toContain('Order confirmed'), 5_000)
    await page.keyboard.press('Escape')
    await eventually(async () => expect(await page.locator('#timeline').isVisible()).toBe(false), 5_000)
    expect(errors).toEqual([])
  })
})
