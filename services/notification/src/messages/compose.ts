import { exponentOf } from '@waybill/kernel'
import type { CustomerLinks } from './customer-links.js'
import type { Letter, Link } from './letter.js'
import type { Details, Occasion, Window } from './message.js'

/** Writes what a customer is told, in his order's own number and his lines' own names. */
export function compose(occasion: Occasion, details: Details, descriptions: ReadonlyMap<number, string>, links: CustomerLinks): Letter {
  const order = `order ${oneLine(details.reference)}`
  const letter = (subject: string, paragraphs: readonly string[], more: Partial<Letter> = {}): Letter => ({
    subject: oneLine(subject),
    greeting: `Hello ${oneLine(details.name)},`,
    paragraphs,
    table: null,
    button: null,
    links: [],
    ...more,
  })
  const unitsTable = (caption: string, lines: readonly { readonly line: number; readonly units: number }[]) => ({
    caption,
    columns: ['Units', 'Article'],
    rows: lines.map(({ line, units }) => ({ cells: [String(units), descriptions.get(line) ?? `Line ${line} of your order`] })),
  })
  const track = (text: string, url: string): Link => ({ text, url })

  switch (occasion.kind) {
    case 'order-confirmed': {
      const waits = occasion.lines.some(({ promises }) => promises.some(({ backordered }) => backordered))
      return letter(
        `Your ${order} is confirmed`,
        [
          `Thank you: your ${order} over ${amount(occasion.totalMinor, occasion.currency)} is confirmed.`,
          waits ? 'Not everything is in stock. The table says when each part is expected; what is there goes out now, and we write again if a date moves.' : 'The table says when each part is expected at your door.',
        ],
        {
          table: {
            caption: 'What you ordered, and when it is expected',
            columns: ['Units', 'Article', 'Expected'],
            rows: occasion.lines.flatMap(({ description, units, promises }) =>
              (promises.length > 0 ? promises : [{ units, backordered: false, window: { from: null, to: null } }]).map((promise) => ({
                cells: [String(promise.units), description, `${expectation(promise.window)}${promise.backordered ? ' (not in stock at the moment)' : ''}`],
              })),
            ),
          },
          button: track('Follow your order', links.trackOrder(details.order)),
        },
      )
    }
    case 'promise-changed':
      return letter(`A new date for your ${order}`, [
        `The date of ${occasion.units} x ${occasion.description} in your ${order} has moved.`,
        `Expected so far: ${expectation(occasion.old)}. Expected now: ${expectation(occasion.new)}.`,
        'We are sorry for the wait. There is nothing that you have to do.',
      ])
    case 'payment-declined':
      return letter(
        `Your payment for ${order} did not go through`,
        [`Your way to pay for ${order} was declined. Please choose another one until ${moment(occasion.until)}; until then we keep the goods for you.`],
        { button: track('Pay now', links.pay(details.order)) },
      )
    case 'order-expired':
      return letter(`Your ${order} has expired`, [`We received no payment for ${order} in time, so it has expired. Nothing was charged. You are welcome to order again.`])
    case 'order-cancelled':
      return letter(`Your ${order} is cancelled`, [`Your ${order} is cancelled. The reason: ${occasion.why}.`, 'You are charged nothing for it.'])
    case 'shipped':
      return letter(
        `Your ${order} is on its way`,
        [
          `A shipment of your ${order} has left our house with ${occasion.carrier}. It is expected ${expectation(occasion.expected)}.`,
          `Tracking ${occasion.trackingNumbers.length === 1 ? 'number' : 'numbers'}: ${occasion.trackingNumbers.join(', ')}.`,
        ],
        { table: unitsTable('In this shipment', occasion.lines), button: track('Track your delivery', links.trackShipment(occasion.shipment)) },
      )
    case 'feedback-requested':
      return letter(
        `How was your ${order}?`,
        [`Your delivery for ${order} has arrived. Was everything as it should be? It takes a minute, and you can answer until ${moment(occasion.answerUntil)}.`],
        { button: track('Tell us how it went', links.feedback(occasion.feedback)), links: [track('Something is wrong, or you want to send something back?', links.sendBack(details.order))] },
      )
    case 'return-approved':
      return letter(`You can send back from your ${order}`, [`Your return for ${order} is approved. Please send it back until ${day(occasion.sendBackUntil)}. The refund follows when it has arrived and was looked at.`], {
        table: unitsTable('What you can send back', occasion.lines),
      })
    case 'return-rejected':
      return letter(`Your return for ${order}`, [`We cannot take back what you asked for from ${order}. The reason: ${occasion.why}`, 'If you think that this is wrong, please answer to this mail.'])
    case 'refunded':
      return letter(`Your refund for ${order}`, [`We have refunded ${amount(occasion.amountMinor, occasion.currency)} for ${order} the way you paid. Depending on your bank it takes a few days to show.`])
    default:
      return occasion satisfies never
  }
}

/** One line without control characters: a name with a line break in it must not become a header of a mail. */
export const oneLine = (text: string): string => text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').replace(/ {2,}/g, ' ').trim()

const months = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December']

function day(date: string): string {
  const [year = '', month = '', dayOfMonth = ''] = date.slice(0, 10).split('-')
  return `${Number(dayOfMonth)} ${months[Number(month) - 1] ?? month} ${year}`
}

/** The customer's zone is not known, so the zone is named. */
const moment = (instant: string): string => `${day(instant)}, ${instant.slice(11, 16)} UTC`

function expectation({ from, to }: Window): string {
  if (to === null) return from === null ? 'at a date that is not known yet' : `from ${day(from)}`
  return from === null || from === to ? `on ${day(to)}` : `${day(from)} to ${day(to)}`
}

/** 1234 minor units of EUR are `12.34 EUR`. */
function amount(minor: number, currency: string): string {
  const exponent = exponentOf(currency)
  const digits = String(minor).padStart(exponent + 1, '0')
  return exponent === 0 ? `${digits} ${currency}` : `${digits.slice(0, -exponent)}.${digits.slice(-exponent)} ${currency}`
}
