import type { ServiceName } from '@waybill/contracts'
import type { CrashPoint } from '@waybill/kernel'

/** Where every service passes again and again. */
const everywhere: readonly CrashPoint[] = [
  'C1-body-read', 'C3-journal-inserted', 'C4-committed', 'C5-replying', 'C6-batch-selected', 'C7-sent', 'C8-acked', 'C9-cursor-moved', 'C10-lease-renewed',
  'C11-fetched', 'C12-inbox-inserted', 'C13-domain-written', 'C14-before-commit', 'C15-committed', 'C16-offset-committed', 'C36-fired',
]

/** Where it passes beside those while orders come in. The others are tried one by one, not at random: nobody comes there often enough. */
const own: Readonly<Record<ServiceName, readonly CrashPoint[]>> = {
  order: ['C2-order-inserted', 'C19-intent-saved', 'C20-provider-called', 'C21-provider-answered', 'C22-result-saved', 'C34-row-k', 'C35-file-done'],
  inventory: ['C25-between-lines', 'C27-receipt-to-backorder-fill'],
  warehouse: ['C28-scan-saved', 'C29-pack-closed'],
  shipping: ['C23-webhook-received', 'C24-webhook-saved', 'C30-label-bought', 'C31-label-saved'],
  'after-sales': ['C32-refund-intent', 'C33-return-received'],
  notification: [],
  console: [],
}

/** The points a service comes to while orders pass: half of the choices are its own, where it has some. */
export function pointsOf(service: ServiceName): readonly CrashPoint[] {
  const mine = own[service]
  if (mine.length === 0) return everywhere
  return [...everywhere, ...Array.from({ length: Math.ceil(everywhere.length / mine.length) }, () => mine).flat()]
}
