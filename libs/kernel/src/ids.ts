import type { Brand } from './brand.js'

/** One order of one customer. Form: uuid v7. */
export type OrderId = Brand<string, 'OrderId'>
/** One thing that is sold or stocked, the company's own number. Limit: 64 characters. */
export type ProductId = Brand<string, 'ProductId'>
/** A site that ships: a warehouse or a shop. */
export type LocationId = Brand<string, 'LocationId'>
/** A way customers order by: a web shop, a marketplace, a till. */
export type ChannelId = Brand<string, 'ChannelId'>
/** The part of an order that one location sends at one time. Form: uuid v7. */
export type FulfillmentId = Brand<string, 'FulfillmentId'>
/** What a carrier moves for one fulfillment. Form: uuid v7. */
export type ShipmentId = Brand<string, 'ShipmentId'>
/** Goods on their way back from a customer. Form: uuid v7. */
export type ReturnId = Brand<string, 'ReturnId'>
/** The money of one order at the payment provider, or at the channel. Form: uuid v7. */
export type PaymentId = Brand<string, 'PaymentId'>

/** Gives a checked string its meaning. Only edges and stores call it: they have checked, or read what was checked. */
export const asId = <Id extends Brand<string, string>>(text: string): Id => text as Id

/** Makes new ids (uuid v7). Passed in, so that a decision can be replayed with known ones. */
export type NewId = () => string
