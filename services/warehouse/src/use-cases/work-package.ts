import { Injectable } from '@nestjs/common'
import type { Cause } from '@waybill/kernel'
import { isRefusal, type Refusal } from '../catalogue/refusal.js'
import { become, stockedLinesOf, type Fulfillment } from '../fulfillments/fulfillment.js'
import { countPacked, packedFact } from '../packing/hand-over.js'
import { accept, packPieces, seal, weigh, type Packed, type PackRefusal, type PackScan } from '../packing/pack.js'
import { inUse, packageBecomes, type Package } from '../packing/package.js'
import { viewOfPackage, type PackageView } from '../packing/package-view.js'
import { shortInHand } from '../packing/short-in-hand.js'
import { ssccOf } from '../packing/sscc.js'
import { readBarcode } from '../picking/barcode.js'
import { mishandlingOf } from '../picking/mishandling.js'
import { Floor, type Answer, type FloorTx } from '../floor/floor.js'
import { FloorPolicy } from '../floor/policy.js'
import { lockWalk, saveWalks } from '../floor/walks.js'

/** What a packer does at a package. `mayActForOthers`: an operator helps out. */
export interface AtPackage {
  readonly cause: Cause
  readonly package: string
  readonly packer: string
  readonly mayActForOthers: boolean
}

/** How a package stands after something was done. A type, so that it can be stored as an answer. */
export type PackageAnswer = { readonly package: PackageView; readonly fulfillmentStatus: Fulfillment['status'] }

type PackageRefusal = PackRefusal | Refusal<'not-found' | 'packing-not-yours' | 'package-closed'>

const MISSING_MATERIAL_WITHIN_MS = 4 * 3_600_000
const MISMATCH_WITHIN_MS = 2 * 3_600_000

interface Bench {
  readonly tx: FloorTx
  readonly pack: Package
  readonly packages: readonly Package[]
  readonly fulfillment: Fulfillment
}

/** Scans, sealing and weighing of one package; the last one weighed ends the packing. */
@Injectable()
export class WorkPackage {
  constructor(
    private readonly floor: Floor,
    private readonly policy: FloorPolicy,
  ) {}

  /** A scan that came before, under whatever key, is answered as it was then. */
  scan(at: AtPackage & { readonly scanId: string; readonly scan: PackScan }): Promise<Answer<PackageAnswer | PackageRefusal> | undefined> {
    return this.work(at, async (bench) => {
      const { tx, pack } = bench
      const before = await tx.packing.scan(pack.id, at.scanId)
      // what was stored is what was answered
      if (before) return before as PackageAnswer | PackRefusal
      const year = tx.now.getUTCFullYear()
      const barcode = readBarcode(at.scan.product, year)
      const known = 'refused' in barcode ? [] : await tx.catalogue.productsByBarcode(barcode.key)
      const products = await tx.catalogue.products(pack.contents.map(({ product }) => product))
      const outcome = packPieces(pack, products, at.scan, known.length > 0, year)
      let answer: PackageAnswer | PackRefusal
      if (isRefusal<PackRefusal['refused']>(outcome)) answer = outcome
      else {
        answer = await this.save(bench, { pack: outcome.pack, steps: [] }, at.cause)
      }
      await tx.packing.keepScan(pack.id, at.scanId, at.packer, answer)
      return answer
    })
  }

  seal(at: AtPackage): Promise<Answer<PackageAnswer | PackageRefusal> | undefined> {
    return this.work(at, async (bench) => {
      const { tx, pack, fulfillment } = bench
      const { location, order } = fulfillment
      const inStock = await tx.packing.lockStock(location, pack.materials.map(({ material }) => material))
      const products = await tx.catalogue.products(pack.contents.map(({ product }) => product))
      const outcome = seal(pack, products, inStock, at.cause)
      if (isRefusal<PackRefusal['refused']>(outcome)) {
        if (outcome.refused === 'material-missing')
          tx.ask({ kind: 'material-missing', subject: pack.id, why: `${location}: ${outcome.detail}`, owner: 'operator', dueAt: new Date(tx.now.getTime() + MISSING_MATERIAL_WITHIN_MS), order, cause: at.cause })
        return outcome
      }
      await tx.packing.take(location, outcome.taken, pack.id, at.cause)
      tx.settleTask('material-missing', pack.id, 'the package is sealed', at.cause)
      return this.save(bench, outcome, at.cause)
    })
  }

  weigh(at: AtPackage & { readonly grams: number }): Promise<Answer<PackageAnswer | PackageRefusal> | undefined> {
    return this.work(at, async (bench) => {
      const { mismatch, ...weighed } = weigh(bench.pack, at.grams, at.cause)
      if (!mismatch) return this.save(bench, weighed, at.cause)
      const { tx, pack, fulfillment } = bench
      if (mismatch.refused === 'weight-mismatch') {
        await this.save(bench, weighed, at.cause)
        tx.ask({ kind: 'weight-mismatch', subject: pack.id, why: `Weighed ${at.grams} g. ${mismatch.detail}`, owner: 'operator', dueAt: new Date(tx.now.getTime() + MISMATCH_WITHIN_MS), order: fulfillment.order, cause: at.cause })
      }
      return mismatch
    })
  }

  /** An operator has looked: the contents are right, and the weights of the catalogue are not. */
  acceptWeight(at: AtPackage & { readonly grams: number }): Promise<Answer<PackageAnswer | PackageRefusal> | undefined> {
    return this.work(at, (bench) =>
      bench.pack.status === 'SEALED'
        ? this.save(bench, accept(bench.pack, at.grams, at.cause), at.cause)
        : Promise.resolve({ refused: 'not-sealed', detail: `The package is ${bench.pack.status.toLowerCase()}`, expected: {} } as const))

  }

  /** Pieces are not in the tote, or damaged: the fulfillment goes on without them, and is packed anew. */
  short(at: AtPackage & { readonly product: string; readonly lot: string | null; readonly units: number; readonly reason: string; readonly damaged: boolean }): Promise<Answer<PackageAnswer | PackageRefusal> | undefined> {
    return this.work(at, async ({ tx, pack, packages, fulfillment }) => {
      const products = await tx.catalogue.products(stockedLinesOf(fulfillment).map(({ product }) => product))
      const found = packPieces({ ...pack, status: 'OPEN', contents: pack.contents.map((content) => ({ ...content, packed: 0 })) }, products, at, true, tx.now.getUTCFullYear())
      if (isRefusal<PackRefusal['refused']>(found)) return found
      const { product, lot } = found.content
      const walk = await lockWalk(tx, fulfillment.id, at.cause)
      shortInHand(walk, { product, lot, units: at.units, reason: at.reason, damaged: at.damaged, by: at.packer })
      const [task] = walk.tasks.filter((each) => each.product === product && each.lot === lot)
      if (task) await tx.picking.note([mishandlingOf(task, { kind: at.damaged ? 'damage' : 'short', picker: at.packer, units: at.units, expected: {}, scanned: { reason: at.reason }, cause: at.cause })])
      await saveWalks(tx, [walk], walk.shelf)
      const given = packages.map((each) => packageBecomes(each, 'CANCELLED', at.cause))
      await tx.packing.save(given.map((each) => each.pack), given.map(({ step }) => step))
      for (const { id } of packages) {
        tx.settleTask('weight-mismatch', id, 'packed anew', at.cause)
        tx.settleTask('material-missing', id, 'packed anew', at.cause)
      }
      const ended = given.find((each) => each.pack.id === pack.id)?.pack ?? pack
      return { package: viewOfPackage(ended, products, await tx.packing.materials()), fulfillmentStatus: walk.fulfillment.status }
    })
  }

  private async work(at: AtPackage, act: (bench: Bench) => Promise<PackageAnswer | PackageRefusal>): Promise<Answer<PackageAnswer | PackageRefusal> | undefined> {
    const [answer] = await this.floor.change<AtPackage, PackageAnswer | PackageRefusal>([at], async (tx) => {
      const id = await tx.packing.fulfillmentOfPackage(at.package)
      const fulfillment = id && (await tx.fulfillments.lock([id])).get(id)
      const packages = fulfillment ? inUse(await tx.packing.packagesOf([fulfillment.id])) : []
      const pack = packages.find((each) => each.id === at.package)
      if (!fulfillment || !pack) return [{ refused: 'not-found', detail: 'There is no such package', expected: {} }]
      if (fulfillment.status !== 'PACKING') return [{ refused: 'package-closed', detail: `The fulfillment is ${fulfillment.status.toLowerCase()}`, expected: {} }]
      if (fulfillment.packer !== at.packer && !at.mayActForOthers)
        return [{ refused: 'packing-not-yours', detail: `${fulfillment.packer ?? 'Somebody'} packs this`, expected: { packer: fulfillment.packer } }]
      return [await act({ tx, pack, packages, fulfillment })]
    })
    return answer
  }

  private async save(bench: Bench, { pack, steps }: Packed, cause: Cause): Promise<PackageAnswer> {
    const { tx } = bench
    const isWeighed = pack.status === 'WEIGHED'
    const [serial] = isWeighed ? await tx.packing.nextSsccSerials(1) : []
    const saved = serial === undefined ? pack : { ...pack, sscc: ssccOf(this.policy.ssccPrefix, serial) }
    await tx.packing.save([saved], steps)
    if (isWeighed) tx.settleTask('weight-mismatch', saved.id, 'the weight was accepted', cause)
    const packages = bench.packages.map((each) => (each.id === saved.id ? saved : each))
    const counted = countPacked(bench.fulfillment, packages)
    const isPacked = packages.every(({ status }) => status === 'WEIGHED')
    const { fulfillment, steps: moves } = isPacked ? become(counted, 'PACKED', tx.now, cause) : { fulfillment: counted, steps: [] }
    await tx.fulfillments.save([fulfillment], moves)
    if (isPacked) tx.tell([packedFact(fulfillment, packages)], cause)
    return answerOf(bench, saved, fulfillment)
  }
}

async function answerOf({ tx }: Bench, pack: Package, fulfillment: Fulfillment): Promise<PackageAnswer> {
  const products = await tx.catalogue.products(stockedLinesOf(fulfillment).map(({ product }) => product))
  return { package: viewOfPackage(pack, products, await tx.packing.materials()), fulfillmentStatus: fulfillment.status }
}
