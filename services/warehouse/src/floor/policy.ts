/** How this company runs its floor. Unit of times: ms. */
export abstract class FloorPolicy {
  /** A wave starts every so often; 0: as soon as there is something to pick. */
  abstract readonly waveEveryMs: number
  /** How long promised stock may be missing from the bins before a wave starts without it. */
  abstract readonly missingStockWaitMs: number
  /** How long a location may be unknown before what is asked of it is rejected. */
  abstract readonly unknownLocationWaitMs: number
  /** A picker who has not scanned for so long gives the list back. */
  abstract readonly pickListIdleMs: number
  /** Fulfillments on one walk: the totes of a cart. */
  abstract readonly listFulfillmentsMax: number
  /** 0 to 1. */
  abstract readonly heatIndex: number
  /** Extension digit and GS1 company prefix of our packages. */
  abstract readonly ssccPrefix: string
}

/** Waves of one location are never closer than this, so that a burst of orders becomes one wave. Unit: ms. */
const WAVE_GAP_MIN_MS = 250

/** When the next wave starts. Times lie on a grid, so that whoever asks for one does not push it away from the others. */
export function nextWaveAt(policy: FloorPolicy, now: Date): Date {
  const every = Math.max(policy.waveEveryMs, WAVE_GAP_MIN_MS)
  return new Date(Math.ceil(now.getTime() / every) * every)
}
