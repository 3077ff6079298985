import { OrderAccepted, OrderRefused, ProductPublished } from '@waybill/contracts'
import type { EventDefinition } from '@waybill/contracts'
import type { Cause } from '@waybill/kernel'
import type { Publication } from '@waybill/service-kit'
import type { KnownOrder } from './capture/capture.js'
import type { Product } from './catalogue/product.js'
import type { Refusal } from './reading/fault.js'

/** A fact, ready for Tx.publish. */
type Published<P> = [event: EventDefinition<P>, message: Publication<P>]

/** What a product is to the floor and to carriers. */
export const productPublished = (product: Product, cause: Cause): Published<ProductPublished> => [
  ProductPublished,
  {
    subject: product.number,
    key: product.number,
    cause,
    payload: {
      product: product.number,
      version: product.version,
      name: product.name,
      category: product.category,
      brand: product.brand,
      gtin: product.gtin,
      active: product.isActive,
      stocked: product.isStocked,
      handling: [...product.handling],
      handlingInstruction: product.handlingInstruction,
      weightGrams: product.weightGrams,
      lengthMm: product.lengthMm,
      widthMm: product.widthMm,
      heightMm: product.heightMm,
      lotTracked: product.isLotTracked,
      minimumRemainingDays: product.minimumRemainingDays,
      dangerousGroup: product.dangerousGroup,
      lithium: product.hasLithium,
      food: product.isFood,
      shipAlone: product.shipsAlone,
    },
  },
]

/** To the channel that sent the message: the order is ours. */
export const orderAccepted = (as: { readonly channel: string; readonly reference: string }, known: KnownOrder, isNew: boolean, cause: Cause): Published<OrderAccepted> => [
  OrderAccepted,
  {
    subject: replyKey(as),
    key: replyKey(as),
    cause,
    correlationId: known.order,
    payload: {
      channel: as.channel,
      reference: as.reference,
      order: known.order,
      totalMinor: Number(known.totalMinor),
      currency: known.currency,
      alreadyAccepted: !isNew,
    },
  },
]

/** To the channel that sent the message: what to correct. */
export const orderRefused = (as: { readonly channel: string; readonly reference: string }, { code, pointer, detail }: Refusal, cause: Cause): Published<OrderRefused> => [
  OrderRefused,
  {
    subject: replyKey(as),
    key: replyKey(as),
    cause,
    payload: { channel: as.channel, reference: as.reference, code, pointer, detail: detail.slice(0, 500) },
  },
]

const replyKey = ({ channel, reference }: { readonly channel: string; readonly reference: string }): string => `${channel}:${reference}`
