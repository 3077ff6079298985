import { connect, createServer, type Server, type Socket } from 'node:net'
import { giveBackPort, loopback } from '../infrastructure/ports.js'
import { KafkaWire, isKafkaRequest } from './kafka-wire.js'
import { Line, type Direction, type Weather } from './line.js'
import { PostgresWire } from './postgres-wire.js'
import type { Exchange, PlannedFault, Wire, WireMessage } from './wire.js'

/** Before which server, and where. */
export interface ProxyOptions {
  readonly protocol: 'kafka' | 'postgres'
  /** host:port */
  readonly target: string
  /** Default: any free one. */
  readonly port?: number
  /** For jitter; give a seeded one to a run that is to be replayed. */
  readonly random?: () => number
}

/**
 * A fault that happens once, at the n-th request of its kind from now, on whichever connection.
 * cut-before: the server never hears of it. drop-reply: the server does it, the client sees its connection reset instead of an answer.
 * cut-after: the client gets the answer, then the connection ends.
 */
export interface FaultPlan {
  /** Kafka: the name of the request ('Produce', 'OffsetCommit', 'JoinGroup', ...). PostgreSQL: how the statement begins ('COMMIT', 'insert into messaging.inbox'), simple or prepared. */
  readonly request: string
  /** Default: the first. */
  readonly nth?: number
  readonly act: PlannedFault['act']
}

/** A TCP proxy before one server that can be told to misbehave. */
export interface Proxy {
  /** host:port for its clients. */
  readonly address: string
  readonly port: number
  /** How many connections are open. */
  readonly connections: number
  /** Resets every open connection now. */
  cut(): void
  /** New connections are reset until `heal`. */
  refuse(): void
  /** Messages vanish, connections stay open, until `heal`. What has vanished stays lost, so its sender waits for ever; also the end of a connection is not heard. */
  blackHole(direction: Direction | 'both'): void
  /** Every message takes so much longer, in each direction, give or take the jitter; order is kept. */
  delay(ms: number, jitterMs?: number): void
  /** Unit: bytes a second, in each direction of each connection. */
  limit(bytesPerSecond: number): void
  /** Ends refuse, blackHole, delay and limit. Planned faults stay planned. */
  heal(): void
  /** Resolves when it happened. Rejects when the proxy is closed before. */
  plan(fault: FaultPlan): Promise<void>
  /** Drops what is planned and has not happened; whoever waits for it is told by a rejection. */
  abandon(): void
  /** Throws if it met bytes that it could not understand. */
  close(): Promise<void>
}

/** Starts a proxy. For Kafka, clients that ask where the broker is are told the proxy's address. */
export async function startProxy(options: ProxyOptions): Promise<Proxy> {
  if (!/^.+:\d+$/.test(options.target)) throw new Error(`'${options.target}' is no host:port`)
  const proxy = new FaultProxy(options)
  await proxy.listen()
  return proxy
}

interface Plan extends PlannedFault {
  readonly request: string
  left: number
  abandon(why: Error): void
}

interface Connection {
  readonly client: Socket
  readonly server: Socket
  readonly lines: Readonly<Record<Direction, Line>>
}

class FaultProxy implements Proxy {
  private readonly server: Server
  private readonly open = new Set<Connection>()
  private readonly plans: Plan[] = []
  /** Plans whose request has passed and whose reply has not come yet. */
  private readonly awaited = new Map<PlannedFault, { readonly plan: Plan; readonly connection: Connection }>()
  private readonly weather: Weather
  private isRefusing = false
  private failure: Error | undefined

  constructor(private readonly options: ProxyOptions) {
    this.weather = { holes: new Set(), delayMs: 0, jitterMs: 0, bytesPerSecond: 0, random: options.random ?? Math.random }
    this.server = createServer({ noDelay: true }, (client) => this.accept(client))
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject)
      this.server.listen(this.options.port ?? 0, loopback, resolve)
    })
  }

  get port(): number {
    const address = this.server.address()
    if (typeof address !== 'object' || address === null) throw new Error('the proxy is closed')
    return address.port
  }

  get address(): string {
    return `${loopback}:${this.port}`
  }

  get connections(): number {
    return this.open.size
  }

  cut(): void {
    for (const connection of this.open) reset(connection)
  }

  refuse(): void {
    this.isRefusing = true
  }

  blackHole(direction: Direction | 'both'): void {
    for (const one of direction === 'both' ? (['to-server', 'to-client'] as const) : [direction]) this.weather.holes.add(one)
  }

  delay(ms: number, jitterMs = 0): void {
    Object.assign(this.weather, { delayMs: ms, jitterMs })
  }

  limit(bytesPerSecond: number): void {
    this.weather.bytesPerSecond = bytesPerSecond
  }

  heal(): void {
    this.isRefusing = false
    this.weather.holes.clear()
    Object.assign(this.weather, { delayMs: 0, jitterMs: 0, bytesPerSecond: 0 })
    for (const { lines } of this.open) for (const line of Object.values(lines)) line.heal()
  }

  plan({ request, nth = 1, act }: FaultPlan): Promise<void> {
    if (this.options.protocol === 'kafka' && !isKafkaRequest(request)) throw new Error(`'${request}' is no request of Kafka's that this proxy knows`)
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    this.plans.push({ request, act, left: nth, happened: resolve, abandon: reject })
    // Who waits is told; who does not wait shall not be ended by it.
    promise.catch(() => undefined)
    return promise
  }

  abandon(): void {
    this.abandonPlans(new Error('the planned fault was given up before it happened'))
  }

  async close(): Promise<void> {
    const port = this.server.listening ? this.port : undefined
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()))
    this.cut()
    this.abandonPlans(new Error('the proxy was closed before the planned fault happened'))
    await closed
    if (port !== undefined) giveBackPort(port)
    if (this.failure !== undefined) throw this.failure
  }

  private accept(client: Socket): void {
    // A reset is what this proxy is for; that the connection ends is seen by its close.
    client.on('error', () => undefined)
    if (this.isRefusing) {
      client.resetAndDestroy()
      return
    }
    const at = this.options.target.lastIndexOf(':')
    const server = connect({ host: this.options.target.slice(0, at), port: Number(this.options.target.slice(at + 1)), noDelay: true })
    server.on('error', () => client.resetAndDestroy())
    const connection: Connection = {
      client,
      server,
      lines: { 'to-server': new Line('to-server', this.weather, client, server), 'to-client': new Line('to-client', this.weather, server, client) },
    }
    this.open.add(connection)
    const wire = this.options.protocol === 'kafka' ? new KafkaWire({ host: loopback, port: this.port }) : new PostgresWire()
    client.on('data', (chunk) => this.read(connection, () => this.toServer(connection, wire, chunk)))
    server.on('data', (chunk) => this.read(connection, () => this.toClient(connection, wire, chunk)))
    client.on('close', () => this.ended(connection, 'to-server'))
    server.on('close', () => this.ended(connection, 'to-client'))
  }

  private ended(connection: Connection, direction: Direction): void {
    connection.lines[direction].end()
    if (!connection.client.destroyed || !connection.server.destroyed) return
    this.open.delete(connection)
    // the reply that was to be met will not come any more: the next one of its kind
    for (const { plan, connection: at } of this.awaited.values()) if (at === connection) this.planAgain(plan)
  }

  private planAgain(plan: Plan): void {
    this.awaited.delete(plan)
    plan.left = 1
    this.plans.push(plan)
  }

  private read(connection: Connection, work: () => void): void {
    try {
      work()
    } catch (error) {
      this.failure ??= error as Error
      this.abandonPlans(this.failure)
      reset(connection)
    }
  }

  private toServer(connection: Connection, wire: Wire, chunk: Buffer): void {
    const line = connection.lines['to-server']
    const passed: Buffer[] = []
    for (const message of wire.fromClient(chunk)) {
      if (line.isHole) {
        wire.lost(message)
        continue
      }
      const fault = this.due(wire, message)
      if (fault?.act === 'cut-before') {
        reset(connection)
        fault.happened()
        return
      }
      if (fault !== undefined && message.exchange !== undefined) {
        message.exchange.fault = fault
        this.awaited.set(fault, { plan: fault, connection })
      }
      passed.push(message.bytes)
    }
    if (passed.length > 0) line.push(Buffer.concat(passed))
  }

  private toClient(connection: Connection, wire: Wire, chunk: Buffer): void {
    const line = connection.lines['to-client']
    const passed: Buffer[] = []
    let over: Exchange | undefined
    for (const { bytes, exchange, ends } of wire.fromServer(chunk)) {
      const fault = exchange?.fault
      if (fault?.act !== 'drop-reply' && !line.isHole) passed.push(bytes)
      if (fault !== undefined && ends === true) {
        over = exchange
        break
      }
    }
    if (passed.length > 0) line.push(Buffer.concat(passed))
    if (over?.fault === undefined) return
    this.awaited.delete(over.fault)
    if (over.fault.act === 'drop-reply') reset(connection)
    // Not a reset, which would also take the answer away if the client has not read it yet.
    else connection.server.destroy()
    over.fault.happened()
  }

  private due(wire: Wire, { asks = [] }: WireMessage): Plan | undefined {
    for (const asked of asks)
      for (const [place, plan] of this.plans.entries())
        if (wire.matches(plan.request, asked) && --plan.left === 0) {
          this.plans.splice(place, 1)
          return plan
        }
    return undefined
  }

  private abandonPlans(why: Error): void {
    for (const plan of [...this.plans.splice(0), ...[...this.awaited.values()].map(({ plan }) => plan)]) plan.abandon(why)
    this.awaited.clear()
  }
}

function reset({ client, server }: Connection): void {
  client.resetAndDestroy()
  server.resetAndDestroy()
}
