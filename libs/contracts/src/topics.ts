/** The services of the house, as they stand in sources, groups and rights. */
export type ServiceName = 'order' | 'inventory' | 'warehouse' | 'shipping' | 'after-sales' | 'notification' | 'console'

/** One Kafka topic: what its key is, how long it is kept, who may write and read it. */
export interface TopicDefinition {
  readonly name: string
  /** Middle part of the wire types of its facts. */
  readonly noun: string
  /** What the record key says; the same key is the same partition, and so keeps its order. */
  readonly key: string
  readonly partitions: number
  /** Days a record is kept; null: compacted, the latest of each key is kept for ever. */
  readonly retentionDays: number | null
  /** Does `ce_sequence` count the facts of a subject? Not on compacted topics, nor where outsiders or every service write. */
  readonly sequenced: boolean
  /** Carries personal data: only the named readers may read it, and copies of its records are kept sealed, 30 days at most. */
  readonly personal: boolean
  /** Wire type of the fact after which no copy of what came before it under its key may be read any more. It carries no personal data itself. */
  readonly erasedBy?: string
  readonly writtenBy: readonly (ServiceName | 'channels')[]
}

const PARTITIONS = 12
/** One day more than this, and topics and journals have forgotten what was erased. */
const RETENTION_DAYS = 7
/** What services say to each other about topics is repeated as long as it matters, and the journals keep it as long as any other. */
const CONTROL_RETENTION_DAYS = 1

const topic = (noun: string, key: string, writtenBy: TopicDefinition['writtenBy'], differs: Partial<TopicDefinition> = {}): TopicDefinition => ({
  name: `oms.${noun}.v1`,
  noun,
  key,
  partitions: PARTITIONS,
  retentionDays: RETENTION_DAYS,
  sequenced: true,
  personal: false,
  writtenBy,
  ...differs,
})

const compacted = { retentionDays: null, sequenced: false } as const

/** All topics of the house. From this table come topics, access rights, AsyncAPI and docs. */
export const topics = {
  channelOrders: topic('channel.orders', '<channel>:<reference>', ['channels'], { sequenced: false, personal: true }),
  channelReplies: topic('channel.replies', '<channel>:<reference>', ['order']),
  order: topic('order', 'order', ['order']),
  delivery: topic('delivery', 'order', ['order'], { personal: true, erasedBy: 'oms.delivery.delivery-details-erased.v1' }),
  payment: topic('payment', 'order', ['order']),
  reservation: topic('reservation', 'order', ['inventory']),
  stock: topic('stock', 'product', ['inventory']),
  warehouse: topic('warehouse', 'order', ['warehouse']),
  shipping: topic('shipping', 'order', ['shipping']),
  afterSales: topic('after-sales', 'order', ['after-sales']),
  product: topic('product', 'product', ['order'], compacted),
  location: topic('location', 'location', ['inventory'], compacted),
  lane: topic('lane', '<location>:<country>', ['shipping'], compacted),
  task: topic('task', 'task', ['order', 'inventory', 'warehouse', 'shipping', 'after-sales', 'notification']),
  control: topic('control', 'service', ['order', 'inventory', 'warehouse', 'shipping', 'after-sales', 'notification', 'console'], { sequenced: false, retentionDays: CONTROL_RETENTION_DAYS }),
} as const satisfies Record<string, TopicDefinition>
