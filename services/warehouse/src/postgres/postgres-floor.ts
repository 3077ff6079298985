import { Injectable } from '@nestjs/common'
import type { Cause, NewId } from '@waybill/kernel'
import { newId, UnitOfWork, type Tx } from '@waybill/service-kit'
import type { Bins } from '../bins/bins.store.js'
import type { Catalogue } from '../catalogue/catalogue.store.js'
import { Floor, type Answer, type FloorTx, type PersonTask, type WakeKind } from '../floor/floor.js'
import type { Fact } from '../fulfillments/facts.js'
import type { Fulfillments } from '../fulfillments/fulfillments.store.js'
import type { Packing } from '../packing/packing.store.js'
import type { Picking } from '../picking/picking.store.js'
import { publish } from '../published-events.js'
import { PostgresBins } from './postgres-bins.js'
import { PostgresCatalogue } from './postgres-catalogue.js'
import { PostgresFulfillments } from './postgres-fulfillments.js'
import { PostgresPacking } from './postgres-packing.js'
import { PostgresPicking } from './postgres-picking.js'

@Injectable()
export class PostgresFloor extends Floor {
  constructor(private readonly uow: UnitOfWork) {
    super()
  }

  change<I extends { readonly cause: Cause }, R = void>(
    inputs: readonly I[],
    work: (tx: FloorTx, fresh: readonly I[]) => Promise<readonly R[] | void>,
  ): Promise<readonly Answer<R>[]> {
    return this.uow.change<I, R>(inputs, (tx, fresh) => work(new PostgresFloorTx(tx), fresh))
  }
}

class PostgresFloorTx implements FloorTx {
  readonly now: Date
  readonly newId: NewId = newId
  readonly catalogue: Catalogue
  readonly bins: Bins
  readonly fulfillments: Fulfillments
  readonly picking: Picking
  readonly packing: Packing

  constructor(private readonly tx: Tx) {
    this.now = tx.now
    this.catalogue = new PostgresCatalogue(tx)
    this.bins = new PostgresBins(tx)
    this.fulfillments = new PostgresFulfillments(tx)
    this.picking = new PostgresPicking(tx)
    this.packing = new PostgresPacking(tx)
  }

  async lockWaves(location: string): Promise<void> {
    // a lock of the transaction, so it ends with it; waves of one location only wait for each other
    await this.tx.query('lock-waves', `SELECT pg_advisory_xact_lock(hashtextextended('wave ' || $1, 0))`, [location])
  }

  tell(facts: readonly Fact[], cause: Cause): void {
    publish(this.tx, facts, cause)
  }

  wake(kind: WakeKind, subject: string, dueAt: Date): void {
    this.tx.schedule({ kind, subject, dueAt })
  }

  letSleep(kind: WakeKind, subject: string): void {
    this.tx.cancelTimer(kind, subject)
  }

  ask(task: PersonTask): void {
    this.tx.openTask(task)
  }

  settleTask(kind: string, subject: string, resolution: string, cause: Cause): void {
    this.tx.closeTask(kind, subject, resolution, cause)
  }
}
