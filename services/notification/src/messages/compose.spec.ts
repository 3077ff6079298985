import { describe, expect, it } from '@jest/globals'
import { details, links, occasionOf, occasions } from '../../test/samples.js'
import { compose, oneLine } from './compose.js'
import { isAddress } from './mailer.js'

const descriptions = new Map([[1, 'Olive oil 500 ml']])
const letterOf = (kind: Parameters<typeof occasionOf>[0]) => compose(occasionOf(kind), details, descriptions, links)

describe('what customers are told', () => {
  it('names the order and the customer every time', () => {
    for (const occasion of occasions) {
      const letter = compose(occasion, details, descriptions, links)
      expect(letter.greeting).toBe('Hello Ada Lovelace,')
      expect(`${letter.subject} ${letter.paragraphs.join(' ')}`).toContain('W-1001')
    }
  })

  it('confirmed: the promised date of each part of each line, and what is not in stock', () => {
    const { table, paragraphs, button } = letterOf('order-confirmed')
    expect(table?.rows.map(({ cells }) => cells)).toEqual([
      ['2', 'Olive oil 500 ml', '26 November 2026 to 28 November 2026'],
      ['1', 'Olive oil 500 ml', '13 December 2026 to 15 December 2026 (not in stock at the moment)'],
      ['1', 'Vinegar', 'at a date that is not known yet (not in stock at the moment)'],
    ])
    expect(paragraphs[0]).toContain('34.51 EUR')
    expect(button?.url).toContain('/t/order.')
  })

  it('a moved date: the old one and the new one', () => {
    expect(letterOf('promise-changed').paragraphs[1]).toBe('Expected so far: 26 November 2026 to 28 November 2026. Expected now: 13 December 2026 to 15 December 2026.')
  })

  it('declined: where to pay, and until when', () => {
    const { button, paragraphs } = letterOf('payment-declined')
    expect(button?.url).toBe(`https://order.example/pay/pay.${details.order}`)
    expect(paragraphs[0]).toContain('30 November 2026, 10:00 UTC')
  })

  it('shipped: how to track it, and what is in it, also a line whose name is not known', () => {
    const { button, table } = letterOf('shipped')
    expect(button?.url).toContain('/t/shipment.')
    expect(table?.rows.map(({ cells }) => cells)).toEqual([['2', 'Olive oil 500 ml'], ['1', 'Line 2 of your order']])
  })

  it('delivered: where to say how it went, and how to send back', () => {
    const { button, links: others } = letterOf('feedback-requested')
    expect([button?.url, others[0]?.url]).toEqual(['https://care.example/f/feedback.01938b1e-7c00-7000-8000-000000000006', `https://care.example/r/return.${details.order}`])
  })

  it('refunded: how much, in the currency\'s own decimals', () => {
    const inCurrency = (amountMinor: number, currency: string) => compose({ kind: 'refunded', amountMinor, currency }, details, descriptions, links).paragraphs[0]
    expect(inCurrency(5, 'EUR')).toContain('0.05 EUR')
    expect(inCurrency(1_151, 'JPY')).toContain('1151 JPY')
    expect(inCurrency(1_151, 'KWD')).toContain('1.151 KWD')
  })

  it('no line break gets into a subject or a greeting', () => {
    const letter = compose({ kind: 'order-expired' }, { ...details, name: 'Ada\r\nBcc: all@example.com', reference: 'W\n1' }, descriptions, links)
    expect([letter.subject, letter.greeting]).toEqual(['Your order W 1 has expired', 'Hello Ada Bcc: all@example.com,'])
    expect(oneLine('a\u2028b\u0000c')).toBe('a b c')
  })
})

it('an address is one address', () => {
  for (const good of ['ada@example.com', 'ada+shop@sub.example.com', 'jürgen@müller.example']) expect(isAddress(good)).toBe(true)
  for (const bad of ['', 'ada', 'a@b@c', 'ada@example.com, eve@example.com', 'ada@example.com\r\nBcc: eve@example.com', '<ada@example.com>', 'Ada <ada@example.com>', `${'a'.repeat(65)}@example.com`]) expect(isAddress(bad)).toBe(false)
})
