import { Injectable } from '@nestjs/common'
import { moveUnits, type Move, type Moved, type MoveRefusal } from '../bins/move-units.js'
import { Floor, type Answer } from '../floor/floor.js'

/** Carries units from one bin to another: puts away what lies in RECEIVING, settles what was counted. */
@Injectable()
export class MoveStock {
  constructor(private readonly floor: Floor) {}

  async run(move: Move): Promise<Answer<Moved | MoveRefusal> | undefined> {
    const [answer] = await this.floor.change([move], async (tx) => {
      const bins = await tx.bins.bins(move.location, [move.from, move.to])
      const shelf = await tx.bins.lockShelf([move])
      const outcome = moveUnits(shelf, bins, move)
      await tx.bins.save(shelf)
      return [outcome]
    })
    return answer
  }
}
