import { withoutUnits, type BusinessDate, type ReturnId, type TransitionTable } from '@waybill/kernel'
import type { LineUnits } from '../care/line-units.js'

export type ReturnStatus = 'requested' | 'approved' | 'rejected' | 'received' | 'inspected' | 'dispositioned' | 'settled' | 'expired'
export type ReturnTrigger = 'approve' | 'reject' | 'receive' | 'inspect' | 'refund' | 'expire'

/** The life of a return. Source: domain section 4. */
export const returnTransitions: TransitionTable<ReturnStatus, ReturnTrigger> = {
  requested: { approve: 'approved', reject: 'rejected' },
  approved: { receive: 'received', expire: 'expired' },
  rejected: {},
  received: { receive: 'received', inspect: ['inspected', 'dispositioned'] },
  inspected: { receive: 'received', expire: 'dispositioned' },
  dispositioned: { refund: 'settled' },
  settled: {},
  expired: {},
}

export type ReturnBy = 'customer' | 'agent'

/** Why units come back. The first four are our fault: no fee is kept, and shipping is refunded. */
export const returnReasons = ['damaged', 'defective', 'wrong-item', 'late', 'does-not-fit', 'not-as-described', 'changed-mind', 'other'] as const
export type ReturnReason = (typeof returnReasons)[number]
const ourFaults: readonly ReturnReason[] = ['damaged', 'defective', 'wrong-item', 'late']
export const isOurFault = (reason: ReturnReason): boolean => ourFaults.includes(reason)

/** What becomes of returned units. */
export const dispositions = ['restock', 'block', 'scrap', 'refurbish', 'vendor'] as const
export type Disposition = (typeof dispositions)[number]

export interface ReasonedUnits extends LineUnits {
  readonly reason: ReturnReason
}

/** One line of a return: which units, why, and how far they got. */
export interface ReturnLine extends ReasonedUnits {
  readonly received: LineUnits['unitNumbers']
  readonly disposed: LineUnits['unitNumbers']
}

/** Goods on their way back. */
export interface Return {
  readonly id: ReturnId
  readonly status: ReturnStatus
  readonly by: ReturnBy
  /** The policy that decided, as `name:version`. */
  readonly policy: string
  readonly rule: string | null
  readonly location: string
  readonly sendBackUntil: BusinessDate | null
  readonly refundShipping: boolean
  readonly refundedMinor: number | null
  readonly lines: readonly ReturnLine[]
  readonly requestedAt: string
}

/** Does this return claim its units, so that no other return may? */
export const claimsUnits = ({ status }: Return): boolean => status !== 'rejected' && status !== 'expired'

/** Units already received that nobody has inspected. */
export const toInspect = ({ received, disposed }: ReturnLine): LineUnits['unitNumbers'] => withoutUnits(received, disposed)

/** Units of the return that have not arrived. */
export const toArrive = ({ unitNumbers, received }: ReturnLine): LineUnits['unitNumbers'] => withoutUnits(unitNumbers, received)
