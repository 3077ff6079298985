import { createHash } from 'node:crypto'

/** What a carrier says of a package on its way, in the order in which it happens. */
export const statuses = ['accepted', 'in-transit', 'out-for-delivery', 'delivered'] as const
export type ScanStatus = (typeof statuses)[number]

/** One scan: when it happens, and when and how often the carrier tells of it. */
export interface Scan {
  /** `webhook-id` of every attempt and of every duplicate. */
  readonly id: string
  readonly status: ScanStatus
  readonly at: Date
  /** Later than `at` where the carrier's systems mix up the order. */
  readonly tellAt: Date
  readonly times: 1 | 2
}

/** How carriers misbehave, and how fast time passes for them. */
export interface ScanHabits {
  readonly seed: number
  /** How many times faster than in the world. */
  readonly speed: number
  /** Share of scans told twice, and of packages whose two middle scans come in the wrong order: 0 to 1. */
  readonly duplicates: number
  readonly disorder: number
}

/** Where on its way, as a share of the whole transit time, each scan happens. */
const share: Readonly<Record<ScanStatus, number>> = { accepted: 0.02, 'in-transit': 0.3, 'out-for-delivery': 0.85, delivered: 1 }

/** The scans of a package: the same for the same tracking number, hand-over and habits, so a restart tells nothing new. */
export function scansOf(trackingNumber: string, handedOverAt: Date, transitHours: number, habits: ScanHabits): readonly Scan[] {
  const chance = (what: string): number => {
    const digest = createHash('sha256').update(`${habits.seed}:${trackingNumber}:${what}`).digest()
    return digest.readUInt32BE(0) / 2 ** 32
  }
  // 80 % to 120 % of the average.
  const transitMs = (transitHours * 3_600_000 * (0.8 + 0.4 * chance('transit'))) / habits.speed
  const at = (status: ScanStatus): Date => new Date(handedOverAt.getTime() + share[status] * transitMs)
  const isMixedUp = chance('order') < habits.disorder
  return statuses.map((status) => ({
    id: `msg_${trackingNumber}_${status}`,
    status,
    at: at(status),
    tellAt: status === 'in-transit' && isMixedUp ? new Date(at('out-for-delivery').getTime() + 1) : at(status),
    times: chance(status) < habits.duplicates ? 2 : 1,
  }))
}
