import { Frames } from './frames.js'
import { UnknownProtocol, type Exchange, type Wire, type WireMessage } from './wire.js'

/** Names of requests by their api key. Source: Kafka protocol guide, "Api Keys"; names as kafkajs has them. */
const requestNames = [
  ...['Produce', 'Fetch', 'ListOffsets', 'Metadata', 'LeaderAndIsr', 'StopReplica', 'UpdateMetadata', 'ControlledShutdown', 'OffsetCommit'],
  ...['OffsetFetch', 'FindCoordinator', 'JoinGroup', 'Heartbeat', 'LeaveGroup', 'SyncGroup', 'DescribeGroups', 'ListGroups', 'SaslHandshake'],
  ...['ApiVersions', 'CreateTopics', 'DeleteTopics', 'DeleteRecords', 'InitProducerId', 'OffsetForLeaderEpoch', 'AddPartitionsToTxn'],
  ...['AddOffsetsToTxn', 'EndTxn', 'WriteTxnMarkers', 'TxnOffsetCommit', 'DescribeAcls', 'CreateAcls', 'DeleteAcls', 'DescribeConfigs'],
  ...['AlterConfigs', 'AlterReplicaLogDirs', 'DescribeLogDirs', 'SaslAuthenticate', 'CreatePartitions', 'CreateDelegationToken'],
  ...['RenewDelegationToken', 'ExpireDelegationToken', 'DescribeDelegationToken', 'DeleteGroups', 'ElectLeaders', 'IncrementalAlterConfigs'],
] as const

/** Brokers refuse requests above 100 MB: a longer one is no Kafka. */
const LONGEST = 128 * 1024 * 1024
const SIZE = 4
/** Newest versions without the compact encoding; kafkajs 2.2.4 asks for 6 and 2 at most. */
const METADATA_NEWEST = 8
const FIND_COORDINATOR_NEWEST = 2

interface KafkaExchange extends Exchange {
  readonly name: string
  readonly version: number
}

/** True for a request that a fault can be planned for. */
export const isKafkaRequest = (name: string): boolean => (requestNames as readonly string[]).includes(name)

/** A Kafka connection. Addresses of brokers in answers become `address`, so that clients stay on the proxy. */
export class KafkaWire implements Wire {
  private readonly requests = new Frames(sized)
  private readonly replies = new Frames(sized)
  private readonly open = new Map<number, KafkaExchange>()

  constructor(private readonly address: { readonly host: string; readonly port: number }) {}

  *fromClient(chunk: Buffer): Generator<WireMessage> {
    for (const bytes of this.requests.take(chunk)) {
      const name = requestNames[bytes.readInt16BE(SIZE)]
      if (name === undefined) throw new UnknownProtocol(`a request with api key ${bytes.readInt16BE(SIZE)}, which this proxy does not know`)
      const exchange: KafkaExchange = { name, version: bytes.readInt16BE(SIZE + 2) }
      this.open.set(bytes.readInt32BE(SIZE + 4), exchange)
      yield { bytes, exchange, asks: [name] }
    }
  }

  *fromServer(chunk: Buffer): Generator<WireMessage> {
    for (const bytes of this.replies.take(chunk)) {
      const correlation = bytes.readInt32BE(SIZE)
      const exchange = this.open.get(correlation)
      if (exchange === undefined) throw new UnknownProtocol(`an answer to request ${correlation}, which nobody sent`)
      this.open.delete(correlation)
      yield { bytes: this.rewritten(exchange, bytes), exchange, ends: true }
    }
  }

  lost(message: WireMessage): void {
    this.open.delete(message.bytes.readInt32BE(SIZE + 4))
  }

  matches(wanted: string, asked: string): boolean {
    return wanted === asked
  }

  private rewritten({ name, version }: KafkaExchange, bytes: Buffer): Buffer {
    if (name === 'Metadata') return this.metadata(version, bytes)
    if (name === 'FindCoordinator') return this.coordinator(version, bytes)
    return bytes
  }

  private metadata(version: number, bytes: Buffer): Buffer {
    if (version > METADATA_NEWEST) throw new UnknownProtocol(`Metadata version ${version}: the proxy reads versions up to ${METADATA_NEWEST}`)
    const start = SIZE + 4 + (version >= 3 ? 4 : 0)
    const count = bytes.readInt32BE(start)
    if (count > 1) throw new UnknownProtocol(`a cluster of ${count} brokers: one proxy stands before one broker`)
    return count < 1 ? bytes : this.withAddress(bytes, start + 4 + 4)
  }

  private coordinator(version: number, bytes: Buffer): Buffer {
    if (version > FIND_COORDINATOR_NEWEST) throw new UnknownProtocol(`FindCoordinator version ${version}: the proxy reads versions up to ${FIND_COORDINATOR_NEWEST}`)
    const error = SIZE + 4 + (version >= 1 ? 4 : 0)
    const node = version >= 1 ? afterText(bytes, error + 2) : error + 2
    return bytes.readInt16BE(error) === 0 ? this.withAddress(bytes, node + 4) : bytes
  }

  /** Puts our address where `at` begins a host and a port. */
  private withAddress(bytes: Buffer, at: number): Buffer {
    const host = Buffer.from(this.address.host)
    const length = Buffer.alloc(2)
    length.writeInt16BE(host.length)
    const port = Buffer.alloc(4)
    port.writeInt32BE(this.address.port)
    const changed = Buffer.concat([bytes.subarray(0, at), length, host, port, bytes.subarray(afterText(bytes, at) + 4)])
    changed.writeInt32BE(changed.length - SIZE)
    return changed
  }
}

function sized(bytes: Buffer): number | undefined {
  if (bytes.length < SIZE) return undefined
  const length = bytes.readInt32BE()
  if (length < 4 || length > LONGEST) throw new UnknownProtocol(`a message of ${length} bytes is no Kafka`)
  return SIZE + length
}

/** The place behind a text with its length before it; -1 stands for none. */
const afterText = (bytes: Buffer, at: number): number => at + 2 + Math.max(0, bytes.readInt16BE(at))
