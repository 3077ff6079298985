import { Problem } from '@waybill/service-kit'
import { scanStatuses } from '../tracking/package-state.js'
import type { CarrierMessage } from '../tracking/scans.js'

type Read = Pick<CarrierMessage, 'type' | 'carrier' | 'scan'>

/**
 * Reads a signed message: `{ type: 'tracking.scan', data: { carrier?, trackingNumber, status, at, reason?, place? } }`.
 * Other types and statuses that we do not know are kept and ignored. Throws: Problem malformed-json, invalid-request.
 */
export function readCarrierMessage(body: Buffer): Read {
  const message = recordOf(parsed(body))
  const type = textOf(message, 'type', 100)
  if (!message || type === null) throw invalid('/type')
  const data = recordOf(message['data'])
  const carrier = textOf(data, 'carrier', 64)
  const status = scanStatuses.find((known) => known === data?.['status'])
  if (type !== 'tracking.scan' || status === undefined) return { type, carrier, scan: null }
  const trackingNumber = textOf(data, 'trackingNumber', 64)
  if (trackingNumber === null) throw invalid('/data/trackingNumber')
  const at = instantOf(data?.['at'])
  if (at === null) throw invalid('/data/at')
  return { type, carrier, scan: { trackingNumber, status, reason: textOf(data, 'reason', 500), place: textOf(data, 'place', 100), at } }
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch (error) {
    throw new Problem('malformed-json', { cause: error })
  }
}

const invalid = (pointer: string): Problem => new Problem('invalid-request', { errors: [{ pointer, code: 'invalid-value' }] })

const recordOf = (value: unknown): Record<string, unknown> | null => (typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : null)

function textOf(record: Record<string, unknown> | null, name: string, lengthMax: number): string | null {
  const value = record?.[name]
  // PostgreSQL takes no NUL in a text
  return typeof value === 'string' && value !== '' && value.length <= lengthMax && !value.includes('\0') ? value : null
}

function instantOf(value: unknown): Date | null {
  if (typeof value !== 'string' || !/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/.test(value)) return null
  const at = new Date(value)
  return Number.isNaN(at.getTime()) ? null : at
}
