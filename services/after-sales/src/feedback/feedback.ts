import type { ShipmentId } from '@waybill/kernel'

/** What customers can name as the reason of their answer. */
export const feedbackCauses = ['on-time', 'late', 'packaging', 'damaged', 'wrong-item', 'missing-item', 'product-quality', 'carrier', 'price', 'service'] as const
export type FeedbackCause = (typeof feedbackCauses)[number]

/** One question to one customer about one shipment, and the answer. */
export interface Feedback {
  readonly id: string
  readonly shipment: ShipmentId
  readonly status: 'requested' | 'received' | 'closed'
  readonly answerUntil: string
  readonly answer: FeedbackAnswer | null
}

export interface FeedbackAnswer {
  /** 1 very bad to 5 very good. */
  readonly csat: number
  /** 0 to 10: would you recommend us? */
  readonly nps: number | null
  readonly causes: readonly FeedbackCause[]
  readonly text: string
}
