import { createTopics } from '@waybill/messaging'
import { service as order } from '@waybill/order'
import { migrate } from '@waybill/service-kit'
import { contest } from '../frame/contest.js'
import { context, figure } from '../frame/figure.js'
import { ratios, spreadOf } from '../frame/statistics.js'
import { Contestant, type TaskArguments, type TaskResult } from '../contestants/contestant.js'
import { benchRegistry } from '../contestants/facts.js'
import { withServers } from '../house/ground.js'
import { freshDatabase } from '../house/servers.js'
import type { Measured, Run } from '../run.js'

const rate = ({ units, seconds }: TaskResult): number => units / seconds
const cpu = ({ units, cpuMs }: TaskResult): number => (cpuMs * 1_000) / units

/** Runs one task in a process of its own. */
async function alone(program: 'relay' | 'bus', what: 'ours' | 'rival', task: TaskArguments): Promise<TaskResult> {
  const contestant = Contestant.start(program, what)
  try {
    return await contestant.ask(task)
  } finally {
    await contestant.end()
  }
}

const teller = (run: Run) => (name: string, number: number, result: TaskResult): void => run.say(`${name.padEnd(16)} ${number + 1}: ${rate(result).toFixed(0)}/s, ${cpu(result).toFixed(1)} us CPU of its process`)

/** `relay`: a journal full of facts drained to Kafka, beside the same records sent by a bare sendBatch. */
export async function relay(run: Run): Promise<Measured> {
  const count = run.isQuick ? 10_000 : 60_000
  return withServers(run, async ({ kafkaBrokers, ...servers }) => {
    await createTopics({ kafka: { brokers: kafkaBrokers.split(',') }, registry: benchRegistry() })
    const databaseUrl = await freshDatabase({ ...servers, kafkaBrokers }, 'relay')
    await migrate(order, databaseUrl)
    const task = { kafkaBrokers, databaseUrl, count }
    const { ours = [], rival = [] } = await contest(
      [
        { name: 'ours', round: () => alone('relay', 'ours', task) },
        { name: 'rival', round: () => alone('relay', 'rival', task) },
      ],
      run.rounds,
      teller(run),
    )
    const { median: value, min, max } = spreadOf(ratios(ours.map(rate), rival.map(rate)))
    return { figures: [figure('R7', { value, min, max, detail: `${spreadOf(ours.map(rate)).median.toFixed(0)} against ${spreadOf(rival.map(rate)).median.toFixed(0)} facts/s` }), context('R7 cpu', 'CPU of a fact sent: our relay over a bare sendBatch', 'x', spreadOf(ratios(ours.map(cpu), rival.map(cpu))).median, 'of the sending process', false)], rounds: { ours, rival } }
  })
}

/** `bus`: messages to a handler that does nothing, no database, beside bare kafkajs. */
export async function bus(run: Run): Promise<Measured> {
  const count = run.isQuick ? 30_000 : 150_000
  return withServers(run, async ({ kafkaBrokers, ...servers }) => {
    await createTopics({ kafka: { brokers: kafkaBrokers.split(',') }, registry: benchRegistry() })
    const databaseUrl = await freshDatabase({ ...servers, kafkaBrokers }, 'bus')
    await migrate(order, databaseUrl)
    await alone('relay', 'ours', { kafkaBrokers, databaseUrl, count })
    const task = { kafkaBrokers, count }
    const { ours = [], rival = [] } = await contest(
      [
        { name: 'ours', round: () => alone('bus', 'ours', task) },
        { name: 'rival', round: () => alone('bus', 'rival', task) },
      ],
      run.rounds,
      teller(run),
    )
    const { median: value, min, max } = spreadOf(ratios(ours.map(cpu), rival.map(cpu)))
    return { figures: [figure('R8', { value, min, max, detail: `${spreadOf(ours.map(cpu)).median.toFixed(1)} against ${spreadOf(rival.map(cpu)).median.toFixed(1)} us; ${spreadOf(ours.map(rate)).median.toFixed(0)} against ${spreadOf(rival.map(rate)).median.toFixed(0)} messages/s` })], rounds: { ours, rival } }
  })
}
