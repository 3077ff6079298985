import { asId, type ShipmentId } from '@waybill/kernel'
import type { House } from '../world/house.js'
import type { Random } from '../world/random.js'
import type { Service } from '../world/service.js'
import type { OpenTask } from '../world/tasks.js'
import { oneOf, type Actor, type Mood } from './actor.js'

/** Tasks that end when what they are about is done, and not by saying so. */
const ENDS_BY_ITSELF = new Set(['stock-answer-overdue', 'backorder-overdue', 'dispatch-overdue', 'delivery-overdue', 'payment-unresolved', 'supply-overdue', 'task-overdue', 'material-missing', 'fulfillment-rests'])

/** Sees to what waits for a person. */
export class Operators implements Actor {
  readonly name = 'operator'
  readonly weight = 1

  async act(house: House, random: Random, mood: Mood): Promise<boolean> {
    const open = house.services.flatMap((service) => service.tasks.all().map((task) => ({ service, task })))
    const found = oneOf(open.filter(({ task }) => !ENDS_BY_ITSELF.has(task.kind)), random)
    if (!found) return false
    const { service, task } = found
    if (task.kind === 'label-refused') await this.askLabelAgain(house, task)
    await this.close(house, service, task, mood === 'finishing' && task.kind === 'capture-failed' ? 'written-off' : 'done')
    return true
  }

  private async askLabelAgain({ shipping, requests }: House, { subject }: OpenTask): Promise<void> {
    const cause = requests.causeOf('agent', 'label')
    await requests.ask(shipping, cause, () => shipping.core.askLabel.run({ cause, shipment: asId<ShipmentId>(subject) }))
  }

  /** As the kit's route does for every service. */
  private async close({ requests }: House, service: Service, { kind, subject }: OpenTask, resolution: string): Promise<void> {
    const cause = requests.causeOf('operator', `close-${kind}`)
    await requests.ask(service, cause, () => service.process.change([{ cause }], async (tx) => tx.closeTask(kind, subject, resolution, cause)))
  }
}
