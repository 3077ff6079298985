// What has to be there before the services start, as jobs in containers: `prepare.js databases`, `prepare.js topics`, `prepare.js rights`.
import { rightsOfChannel, serviceRights } from '@waybill/contracts'
import { createTopics, grantRights } from '@waybill/messaging'
import { config, integer, kafkaAccess, kafkaSettings, list, secret, url } from '@waybill/service-kit'
import { makeDatabases } from './installation/databases.js'
import { services } from './services.js'

const jobs: Readonly<Record<string, () => Promise<string>>> = {
  /** A role and a database for each service, all with one password: for trials on one server. */
  databases: async () => {
    const { adminUrl, password } = config({
      adminUrl: url('WAYBILL_POSTGRES_URL', { schemes: ['postgres', 'postgresql'] }),
      password: secret('WAYBILL_DATABASE_PASSWORD', { lengthMin: 1 }),
    })(process.env)
    const names = services.map(({ name }) => name)
    await makeDatabases(adminUrl, names, password)
    return `Databases: ${names.length}, one role each`
  },
  topics: async () => {
    const { replicationFactor, ...access } = config({ ...kafkaSettings, replicationFactor: integer('KAFKA_REPLICATION_FACTOR', { default: 1, min: 1 }) })(process.env)
    const { created } = await createTopics({ kafka: kafkaAccess('prepare', access), replicationFactor })
    return created.length === 0 ? 'Topics: all there' : `Topics: ${created.length} created`
  },
  /** What services and channels may do on brokers where everybody logs in, each under its own name; needs a user who may give rights. */
  rights: async () => {
    const { channels, ...access } = config({ ...kafkaSettings, channels: list('KAFKA_CHANNELS', { default: [] }) })(process.env)
    const { granted, taken } = await grantRights({ kafka: kafkaAccess('prepare', access), rights: [...serviceRights, ...channels.map(rightsOfChannel)] })
    return `Rights: ${granted} granted, ${taken} taken away`
  },
}

const job = jobs[process.argv[2] ?? '']
if (!job) {
  process.stderr.write(`Usage: prepare.js ${Object.keys(jobs).join('|')}\n`)
  process.exit(2)
}
try {
  process.stdout.write(`${await job()}\n`)
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exit(1)
}
