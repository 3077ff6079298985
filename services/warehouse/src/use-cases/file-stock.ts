import { Injectable } from '@nestjs/common'
import { DISCREPANCY, systemBins, unknownBin } from '../bins/bin.js'
import { fileStockFacts, type StockFact } from '../bins/file-stock-facts.js'
import { wakeWaves } from '../floor/answer-requests.js'
import { Floor } from '../floor/floor.js'
import { FloorPolicy } from '../floor/policy.js'
import { askForCount } from '../floor/walks.js'

/** A stock fact as it comes in. `filedHere`: the floor found it itself and has filed it already. */
export type HeardStockFact = StockFact & { readonly filedHere: boolean }

/** Files what inventory says of stock into bins, and looks again at what waited for it. */
@Injectable()
export class FileStock {
  constructor(
    private readonly floor: Floor,
    private readonly policy: FloorPolicy,
  ) {}

  async run(heard: readonly HeardStockFact[]): Promise<void> {
    await this.floor.change(heard, async (tx, all) => {
      const fresh = all.filter(({ filedHere }) => !filedHere)
      if (fresh.length === 0) return
      const locations = [...new Set(fresh.map(({ location }) => location))]
      // rows of fulfillments are locked before those of bins
      const ready = await tx.fulfillments.stockCame(locations)
      await tx.bins.keep([...locations.flatMap(systemBins), ...fresh.flatMap(({ location, bin }) => (bin === null ? [] : [unknownBin(location, bin)]))])
      const shelf = await tx.bins.lockShelf(fresh)
      const differences = fileStockFacts(shelf, fresh)
      await tx.bins.save(shelf)
      for (const { location, product, units, why, cause } of differences)
        askForCount(tx, { location, bin: DISCREPANCY, product, why: `${units} units are in no bin (${why})`, cause })
      wakeWaves(tx, this.policy, ready)
    })
  }
}
