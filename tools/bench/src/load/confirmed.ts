import type { KafkaMessage } from 'kafkajs'
import { OrderConfirmed } from '@waybill/contracts'

/** The order of an OrderConfirmed, as its topic tells it; nothing of any other fact. */
export function confirmedOrder({ headers, key }: KafkaMessage): string | undefined {
  return String(headers?.['ce_type'] ?? '') === OrderConfirmed.type ? key?.toString() : undefined
}
