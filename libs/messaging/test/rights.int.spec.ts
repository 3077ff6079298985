import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { allTopics, rightsOfChannel, serviceRights, type KafkaRights } from '@waybill/contracts'
import { eventually, OwnServers } from '@waybill/testing'
import kafkajs, { type Admin, type Kafka } from 'kafkajs'
import { createTopics, grantRights, kafkaJsClient, kafkaJsDriver, type ConsumerHooks, type KafkaAccess } from '../src/index.js'
import { hasNoCoordinator, isRefusal, NotPermitted } from '../src/not-permitted.js'

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined }
const principals: readonly KafkaRights[] = [...serviceRights, rightsOfChannel('web')]
const everyGroup = principals.flatMap(({ groups }) => groups)
const everyTopic = allTopics.map(({ name }) => name)
const passwordOf = (name: string): string => `${name}-password`
const users = { admin: 'admin-password', ...Object.fromEntries([...principals.map(({ principal }) => principal), 'stranger'].map((name) => [name, passwordOf(name)])) }

const withJava = (await OwnServers.refusal()) === undefined ? describe : describe.skip

withJava('on a broker where everybody logs in', () => {
  const servers = new OwnServers({}, users)
  let admin: KafkaAccess
  const accessOf = (username: string, password = passwordOf(username)): KafkaAccess => ({ brokers: servers.brokers, ssl: servers.kafkaAdmin.ssl, sasl: { mechanism: 'scram-sha-512', username, password } })
  const clientOf = (name: string): Kafka => kafkaJsClient(accessOf(name), quiet)
  const asAdmin = async <R>(name: string, work: (admin: Admin) => Promise<R>): Promise<R> => {
    const one = clientOf(name).admin({ retry: { retries: 8, initialRetryTime: 100 } })
    await one.connect()
    return work(one).finally(() => one.disconnect())
  }
  /** Allowed, or refused; anything else fails the test. */
  const isAllowed = (work: Promise<unknown>): Promise<boolean> =>
    work.then(
      () => true,
      (error: unknown) => {
        if (isRefusal(error) || hasNoCoordinator(error)) return false
        throw error
      },
    )

  beforeAll(async () => {
    await servers.start({ kafka: true })
    admin = { brokers: servers.brokers, ...servers.kafkaAdmin }
    await createTopics({ kafka: admin, partitions: 1 })
    expect(await grantRights({ kafka: admin, rights: principals })).toEqual({ granted: principals.flatMap(({ writes, reads, groups }) => [...writes, ...reads, ...groups]).length, taken: 0 })
  }, 120_000)
  afterAll(() => servers.stop(), 60_000)
  // the groups' own topic is made at the first question, and refuses for a moment
  beforeAll(() => eventually(() => asAdmin('order', (one) => one.fetchOffsets({ groupId: 'order.main', topics: [] })), 30_000))

  test.each(principals.map((one) => [one.principal, one] as const))('%s may write its own topics and no other', async (name, { writes }) => {
    const producer = clientOf(name).producer({ allowAutoTopicCreation: false, idempotent: false, retry: { retries: 0 } })
    await producer.connect()
    const may: string[] = []
    // the key keeps compacted topics content
    for (const topic of everyTopic) if (await isAllowed(producer.send({ topic, messages: [{ key: 'rights', value: 'x' }] }))) may.push(topic)
    await producer.disconnect()
    expect(may.sort()).toEqual([...writes])
  }, 60_000)

  test.each(principals.map((one) => [one.principal, one] as const))('%s may read what it acts on, in its own group, and no other', async (name, { reads, groups, writes }) => {
    const groupsMay: string[] = []
    await asAdmin(name, async (one) => {
      for (const group of everyGroup) if (await isAllowed(one.fetchOffsets({ groupId: group, topics: [] }))) groupsMay.push(group)
    })
    expect(groupsMay).toEqual([...groups])
    // what may be neither read nor written is not even seen; to read what may only be written is refused by the fetch
    const seen: string[] = []
    await asAdmin(name, async (one) => {
      for (const topic of everyTopic) if (await isAllowed(one.fetchTopicOffsets(topic))) seen.push(topic)
    })
    expect(seen.sort()).toEqual([...new Set([...reads, ...writes])].sort())
    const canFetch = async (topics: readonly string[]): Promise<boolean> => {
      const consumer = clientOf(name).consumer({ groupId: groups[0] ?? '', allowAutoTopicCreation: false, retry: { retries: 0 } })
      const ended = Promise.withResolvers<boolean>()
      consumer.on('consumer.crash', ({ payload }) => (isRefusal(payload.error) ? ended.resolve(false) : ended.reject(payload.error)))
      await consumer.connect()
      await consumer.subscribe({ topics: [...topics], fromBeginning: true })
      const heard = new Set<string>()
      await consumer.run({
        autoCommit: false,
        eachMessage: async ({ topic }) => {
          heard.add(topic)
          if (heard.size === topics.length) ended.resolve(true)
          await Promise.resolve()
        },
      })
      return ended.promise.finally(() => consumer.disconnect())
    }
    expect(await canFetch(reads)).toBe(true)
    for (const topic of writes.filter((one) => !reads.includes(one))) expect([topic, await canFetch([topic])]).toEqual([topic, false])
  }, 120_000)

  test('nobody but the administrator may make, change, empty or delete topics, or give rights', async () => {
    const topic = everyTopic[0] ?? ''
    const { AclOperationTypes, AclPermissionTypes, AclResourceTypes, ConfigResourceTypes, ResourcePatternTypes } = kafkajs
    const right = { resourceType: AclResourceTypes.TOPIC, resourceName: topic, resourcePatternType: ResourcePatternTypes.LITERAL, principal: 'User:order', host: '*', operation: AclOperationTypes.ALL, permissionType: AclPermissionTypes.ALLOW }
    for (const name of ['order', 'console', 'web'])
      await asAdmin(name, async (one) => {
        expect(await isAllowed(one.createTopics({ topics: [{ topic: 'mine' }], waitForLeaders: false }))).toBe(false)
        expect(await isAllowed(one.deleteTopics({ topics: [topic] }))).toBe(false)
        expect(await isAllowed(one.alterConfigs({ validateOnly: false, resources: [{ type: ConfigResourceTypes.TOPIC, name: topic, configEntries: [{ name: 'retention.ms', value: '1' }] }] }))).toBe(false)
        await expect(one.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '-1' }] })).rejects.toThrow(/deleting records|Not authorized/)
        expect(await isAllowed(one.createAcls({ acl: [right] }))).toBe(false)
        await expect(one.deleteGroups(['order.main'])).rejects.toThrow(/DeleteGroups|coordinator/)
      })
    expect((await asAdmin('web', (one) => one.fetchTopicOffsets(topic)))[0]?.low).toBe('0')
    expect((await asAdmin('order', (one) => one.listTopics())).sort()).toEqual([...new Set(serviceRights.filter(({ principal }) => principal === 'order').flatMap(({ reads, writes }) => [...reads, ...writes]))].sort())
  }, 60_000)

  test('a wrong password, a client without TLS and one that does not trust the certificate stay outside', async () => {
    const tries: readonly KafkaAccess[] = [accessOf('order', 'guessed'), { ...accessOf('order'), ssl: false }, { ...accessOf('order'), ssl: true }, { brokers: servers.brokers, ssl: servers.kafkaAdmin.ssl }]
    await Promise.all(
      tries.map(async (access) => {
        const one = kafkaJsClient(access, quiet).admin({ retry: { retries: 0 } })
        await expect(one.connect().then(() => one.listTopics())).rejects.toThrow()
        await one.disconnect()
      }),
    )
  }, 60_000)

  test('what is not in the registry any more is taken away, and what is missing given back', async () => {
    const [order] = serviceRights.filter(({ principal }) => principal === 'order')
    const less: KafkaRights = { principal: 'order', writes: order?.writes ?? [], reads: (order?.reads ?? []).slice(1), groups: order?.groups ?? [] }
    expect(await grantRights({ kafka: admin, rights: [less] })).toEqual({ granted: 0, taken: 1 })
    await eventually(async () => expect(await asAdmin('order', (one) => one.listTopics())).not.toContain(order?.reads[0]))
    expect(await grantRights({ kafka: admin, rights: principals })).toEqual({ granted: 1, taken: 0 })
    expect(await grantRights({ kafka: admin, rights: principals })).toEqual({ granted: 0, taken: 0 })
  }, 60_000)

  test('who lacks a right is told which, by name', async () => {
    const hooks: ConsumerHooks = { onBatch: () => Promise.resolve(), onJoined: () => undefined, onFetched: () => undefined, onCrash: () => undefined }
    const driver = kafkaJsDriver(accessOf('stranger'), '', quiet)
    await expect(driver.openConsumer('order.main', ['oms.order.v1', 'oms.payment.v1'], hooks)).rejects.toThrow(/refuse stranger the group order\.main, stranger the topic oms\.order\.v1, stranger the topic oms\.payment\.v1: .* Fix: /)
    await expect(driver.offsets('order.main', ['oms.order.v1'])).rejects.toThrow(/of order\.main: the brokers have none just now, or refuse stranger the group/)
    await grantRights({ kafka: admin, rights: [{ principal: 'stranger', writes: [], reads: [], groups: ['order.main'] }] })
    await eventually(() => expect(driver.offsets('order.main', ['oms.order.v1'])).rejects.toBeInstanceOf(NotPermitted))
    const producer = await driver.openProducer()
    await expect(producer.send([{ topic: 'oms.order.v1', key: 'k', value: Buffer.from('x'), headers: {} }])).rejects.toThrow(/refuse stranger the topic oms\.order\.v1/)
    await producer.close()
    await driver.close()
    // it may write this one: only the fetch is refused, when the consumer runs already
    const order = kafkaJsDriver(accessOf('order'), '', quiet)
    const crashed = Promise.withResolvers<Error>()
    const consumer = await order.openConsumer('order.main', ['oms.order.v1'], { ...hooks, onCrash: (error, restarts) => (restarts ? undefined : crashed.resolve(error)) })
    expect((await crashed.promise).message).toMatch(/refuse order to read one of oms\.order\.v1: a right is missing/)
    await consumer.stop()
    await order.close()
  }, 60_000)
})
