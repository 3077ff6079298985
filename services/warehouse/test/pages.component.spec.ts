import { existsSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { eventually, namespace, request, type StartedService } from '@waybill/testing'
import { chromium, type Browser, type Page } from 'playwright-core'
import { service } from '../src/service.js'
import { House } from './house.js'

const CHROMIUM = '/usr/bin/chromium'
const ns = await namespace()
let app: StartedService
let house: House

beforeAll(async () => {
  app = await ns.start(service)
  house = new House(ns, app)
  await house.open([
    { product: 'GLASS', name: '<b>Glass</b>', gtin: '4006381333931', handling: ['fragile'], handlingInstruction: 'Two hands', lotTracked: true, weightGrams: 200 },
    { product: 'BRICK', name: 'Brick', weightGrams: 800 },
  ])
  await house.bins([{ code: 'A-01-1', aisle: 'A', bay: 1 }, { code: 'A-02-1', aisle: 'A', bay: 2 }])
  await house.receive('GLASS', 5, { bin: 'A-01-1', lot: 'L-1', expiresOn: '2031-01-01' })
  await house.receive('BRICK', 5, { bin: 'A-02-1' })
  await house.inWave([{ product: 'GLASS', units: 2 }, { product: 'BRICK', units: 1 }])
})

describe('the pages', () => {
  it('are served with their files to anybody, and nothing else is', async () => {
    for (const path of ['/picking', '/packing']) expect((await request(app.url).get(path)).body).toContain('<!doctype html>')
    expect((await request(app.url).get('/pages/floor.js')).headers.get('content-type')).toBe('text/javascript; charset=utf-8')
    for (const path of ['/pages/secrets.js', '/pages/..%2fpages.controller.ts', '/pages/picking.html']) expect((await request(app.url).get(path)).status).toBe(404)
  })
})

const inBrowser = existsSync(CHROMIUM) ? describe : describe.skip

inBrowser(`in ${CHROMIUM}`, () => {
  let browser: Browser
  let page: Page
  const errors: string[] = []

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] })
    page = await browser.newPage({ viewport: { width: 320, height: 600 } })
    page.on('pageerror', (error) => errors.push(String(error)))
  })
  afterAll(() => browser.close())

  const text = (selector: string): Promise<string> => page.locator(selector).innerText()
  const asked = (question: string): Promise<void> => eventually(async () => expect(await text('#ask')).toBe(question), 5_000)
  /** As a scanner does it: types into whatever has the focus, and presses Enter. */
  const scan = async (code: string): Promise<void> => {
    if (code !== '') await page.keyboard.type(code)
    await page.keyboard.press('Enter')
  }
  const signIn = async (path: string, name: string): Promise<void> => {
    await page.goto(`${app.url}${path}`)
    await page.keyboard.type(name)
    await page.keyboard.press('Tab')
    await page.keyboard.type(house.location)
    await page.keyboard.press('Enter')
  }
  const fitsTheScreen = async (): Promise<void> => {
    expect(await page.locator('html').evaluate((root) => root.scrollWidth <= root.clientWidth)).toBe(true)
    expect(await page.evaluate('document.activeElement?.id')).toBe('code')
  }

  it('a picker walks a list by scans alone, and a wrong scan is big, red and says what was expected', async () => {
    await signIn('/picking', 'Pia')
    await asked('Scan bin A-01-1')
    await fitsTheScreen()
    expect(await text('#task')).toContain('Two hands')
    expect(await text('#task')).toContain('<b>Glass</b>')
    await scan('A-99-9')
    await eventually(async () => expect(await text('#refusal')).toContain('Expected bin A-01-1'), 5_000)
    await asked('Scan bin A-01-1')
    expect(await page.locator('#refusal').getAttribute('role')).toBe('alert')
    expect(await page.evaluate(`getComputedStyle(document.getElementById('refusal')).backgroundColor`)).toBe('rgb(163, 13, 13)')
    await fitsTheScreen()
    await scan('A-01-1')
    await asked('Scan <b>Glass</b>')
    expect(await page.locator('#refusal').isHidden()).toBe(true)
    await scan('BRICK')
    await eventually(async () => expect(await text('#refusal')).toContain('4006381333931'), 5_000)
    await asked('Scan <b>Glass</b>')
    await scan('4006381333931')
    await asked('Scan lot L-1')
    await scan('L-2')
    await eventually(async () => expect(await text('#refusal')).toContain('L-1'), 5_000)
    await asked('Scan <b>Glass</b>')
    await page.keyboard.type('010400638133393110L-1')
    await page.keyboard.press('Control+]')
    await scan('17310101')
    await asked('How many? Enter takes the number shown')
    expect(await page.locator('#code').inputValue()).toBe('2')
    await scan('')
    await asked('Scan bin A-02-1')
    expect(await text('#done')).toContain('Right')
    await scan('A-02-1')
    await scan('BRICK')
    await asked('How many? Enter takes the number shown')
    await scan('1')
    await asked('Press Enter to look again')
    expect(await page.locator('#refusal').isHidden()).toBe(true)
    expect((await house.ask.get(`/v1/fulfillments?status=PICKED&location=${house.location}`, { role: 'operator' })).body.items).toHaveLength(1)
  })

  it('a packer packs, seals and weighs by keyboard, and is told when the weight is wrong', async () => {
    await page.evaluate('sessionStorage.clear()')
    await signIn('/packing', 'Paul')
    await asked('Scan a product')
    await fitsTheScreen()
    expect(await text('#task')).toContain('Bubble wrap')
    await scan('NO-SUCH-THING')
    await eventually(async () => expect(await text('#refusal')).toContain('No product has this barcode'), 5_000)
    await asked('Scan a product')
    await page.keyboard.press('F2')
    await asked('Scan what is missing, or type its number')
    await page.keyboard.press('Escape')
    await asked('Scan a product')
    await scan('BRICK')
    await asked('Scan a product')
    await scan('4006381333931')
    await asked('How many? Enter takes the number shown')
    await scan('2')
    await asked('Put in the materials, close the box, press Enter to seal')
    await scan('')
    await asked('Put it on the scale and type the grams')
    await scan('123456')
    await eventually(async () => expect(await text('#refusal')).toContain('Expected'), 5_000)
    await asked('Scan a product')
    const { items } = (await house.ask.get(`/v1/fulfillments?status=PACKING&location=${house.location}`, { role: 'operator' })).body as { items: { id: string }[] }
    const { parcels } = (await house.view(items[0]!.id)) as { parcels: { expectedGrams: number }[] }
    await scan('BRICK')
    await asked('Scan a product')
    await scan('4006381333931')
    await asked('How many? Enter takes the number shown')
    await scan('')
    await asked('Put in the materials, close the box, press Enter to seal')
    await scan('')
    await asked('Put it on the scale and type the grams')
    await scan(String(parcels[0]!.expectedGrams))
    await asked('Press Enter for the next order')
    expect(await text('#done')).toMatch(/SSCC \d{18}\. Order packed\./)
    expect(errors).toEqual([])
  })
})
