import { Api, type ApiAddresses, type Patience } from '@waybill/local'
import { settleTasks, workReturns } from './agents.js'
import { Buyer } from './buyer.js'
import { handOverAll, packOne, pickOneList } from './floor.js'
import { Random } from './random.js'
import { keepWorking, type Run } from './run.js'

/** The sites of the demo company. */
const sites = ['BER', 'RTM', 'EWR'] as const

/** People at each site. */
const STAFF = { pickers: 4, packers: 3 } as const

/** Pause of somebody who found nothing to do. Unit: ms. */
const PAUSES = { floor: 250, gate: 400, buyer: 800, returns: 700, tasks: 1500 } as const

/** Everybody who works in the house: pickers, packers and a gate at every site, a buyer, a returns desk, and somebody who settles tasks. */
export function startPeople(addresses: ApiAddresses, seed: number, run: Run, settledTasks: Map<string, number>, patience?: Patience): Promise<unknown> {
  const as = (name: string): Api => new Api(addresses, name, patience)
  const floor = sites.flatMap((site, index) => {
    const gate = as(`gate-${site}`)
    return [
      ...Array.from({ length: STAFF.pickers }, (_, place) => {
        const [picker, random] = [as(`picker-${site}-${place + 1}`), new Random(seed + index * 10 + place)]
        return keepWorking(run, () => pickOneList(picker, site, random, run), PAUSES.floor)
      }),
      ...Array.from({ length: STAFF.packers }, (_, place) => {
        const packer = as(`packer-${site}-${place + 1}`)
        return keepWorking(run, () => packOne(packer, site, run), PAUSES.floor)
      }),
      keepWorking(run, () => handOverAll(gate, site, run), PAUSES.gate),
    ]
  })
  const buyer = new Buyer(as('buyer'), run, ['BER', 'EWR'])
  const desk = as('returns-desk')
  const supervisor = as('supervisor')
  return Promise.all([
    ...floor,
    keepWorking(run, () => buyer.buy(), PAUSES.buyer),
    keepWorking(run, () => workReturns(desk, 'BER', run), PAUSES.returns),
    keepWorking(run, () => settleTasks(supervisor, run, settledTasks), PAUSES.tasks),
  ])
}
