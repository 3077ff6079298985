import { randomInt } from 'node:crypto'
import { join } from 'node:path'
import type { FastifyReply } from 'fastify'
import { type Answer, type ListenAt, type RunningSandbox, header, listen, refusal, sandboxServer } from '../http.js'
import { IdempotentRequests, NotDone, fingerprint } from '../idempotent-requests.js'
import { Ledger } from '../ledger.js'
import { withMoods } from '../moods.js'
import { type Parcel, carriers, priceMinor, serviceOf } from './carriers.js'
import { type ScanHabits, type ScanStatus, scansOf } from './scans.js'
import { isManner, WebhookSender, type WebhookTarget } from './webhook-sender.js'

/** How the sandbox carriers are to run. */
export interface CarriersOptions extends ListenAt {
  /** Where their ledger lies: `carriers.jsonl`. */
  readonly directory: string
  /** Where scans are told; may be set later by `PUT /v1/webhook`. */
  readonly webhook?: WebhookTarget
  /** Default: a day passes in 2 s, 3 % of scans come twice, 3 % of packages are scanned out of order. */
  readonly habits?: Partial<ScanHabits>
  /** Hands labelled packages over by itself after this time; left out: `POST /v1/handovers` does. Unit: ms. */
  readonly handOverAfterMs?: number
}

/** A label that was bought: one for all packages of a shipment. */
export interface LabelBought {
  readonly entry: 'label-bought'
  readonly label: string
  readonly key: string
  readonly request: string
  readonly carrier: string
  readonly service: string
  readonly reference: string
  readonly packages: readonly { readonly sscc: string; readonly trackingNumber: string; readonly weightGrams: number }[]
  readonly priceMinor: number
  readonly currency: 'EUR'
  readonly at: string
}

interface LabelVoided {
  readonly entry: 'label-voided'
  readonly label: string
  readonly key: string
  readonly request: string
  readonly at: string
}

interface HandedOver {
  readonly entry: 'handed-over'
  readonly trackingNumber: string
  readonly at: string
}

interface ScanTold {
  readonly entry: 'scan-told'
  readonly trackingNumber: string
  readonly status: ScanStatus
  readonly at: string
}

/** One line of the carriers' ledger. */
export type CarrierEntry = LabelBought | LabelVoided | HandedOver | ScanTold

interface PackageOnItsWay {
  readonly label: LabelBought
  readonly sscc: string
  isVoided: boolean
  handedOverAt: Date | undefined
  readonly told: Set<ScanStatus>
}

const habitsByDefault: ScanHabits = { seed: 1, speed: 43_200, duplicates: 0.03, disorder: 0.03 }
const wordMax = 200

/**
 * Starts carriers that carry nothing: rates, labels bought exactly once per Idempotency-Key, hand-over, and signed
 * tracking webhooks from accepted to delivered, retried until they are taken. A label to the postal code `00000` is
 * refused (409 `address-not-served`), so that callers can be tried.
 */
export async function startCarriers(options: CarriersOptions): Promise<RunningSandbox> {
  const habits = { ...habitsByDefault, ...options.habits }
  const ledger = await Ledger.open<CarrierEntry>(join(options.directory, 'carriers.jsonl'))
  const sender = new WebhookSender(options.webhook)
  const packages = new Map<string, PackageOnItsWay>()
  const labels = new Map<string, LabelBought>()
  for (const entry of ledger.entries) apply(entry)
  const requests = new IdempotentRequests(
    ledger.entries.flatMap((entry) =>
      entry.entry === 'label-bought'
        ? [{ key: entry.key, request: entry.request, answer: { status: 201, body: labelBody(entry) } }]
        : entry.entry === 'label-voided'
          ? [{ key: entry.key, request: entry.request, answer: { status: 200, body: { label: entry.label, voidedAt: entry.at } } }]
          : [],
    ),
  )

  function apply(entry: CarrierEntry): void {
    switch (entry.entry) {
      case 'label-bought':
        labels.set(entry.label, entry)
        for (const { sscc, trackingNumber } of entry.packages) {
          packages.set(trackingNumber, { label: entry, sscc, isVoided: false, handedOverAt: undefined, told: new Set() })
        }
        return
      case 'label-voided':
        for (const { trackingNumber } of labels.get(entry.label)?.packages ?? []) {
          const voided = packages.get(trackingNumber)
          if (voided !== undefined) voided.isVoided = true
        }
        return
      case 'handed-over': {
        const taken = packages.get(entry.trackingNumber)
        if (taken !== undefined) taken.handedOverAt = new Date(entry.at)
        return
      }
      case 'scan-told':
        packages.get(entry.trackingNumber)?.told.add(entry.status)
        return
      default:
        entry satisfies never
    }
  }

  async function enter(entry: CarrierEntry): Promise<void> {
    apply(entry)
    await ledger.append(entry)
  }

  /** Hands one package to its carrier, once; from now on its scans are told. */
  async function handOver(trackingNumber: string): Promise<void> {
    const taken = packages.get(trackingNumber)
    if (taken === undefined || taken.isVoided || taken.handedOverAt !== undefined) return
    await enter({ entry: 'handed-over', trackingNumber, at: new Date().toISOString() })
    follow(trackingNumber, taken)
  }

  /** Tells the scans that were not told yet, each at its time. */
  function follow(trackingNumber: string, taken: PackageOnItsWay): void {
    const service = serviceOf(taken.label.carrier, taken.label.service)
    if (service === undefined || taken.handedOverAt === undefined) return
    const tell = async (): Promise<void> => {
      const scans = scansOf(trackingNumber, taken.handedOverAt ?? new Date(), service.transitHours, habits)
      for (const scan of scans.filter(({ status }) => !taken.told.has(status)).sort((a, b) => a.tellAt.getTime() - b.tellAt.getTime())) {
        await sender.until(scan.tellAt)
        const body = {
          type: 'tracking.scan',
          timestamp: scan.at.toISOString(),
          data: {
            carrier: taken.label.carrier,
            service: taken.label.service,
            trackingNumber,
            sscc: taken.sscc,
            status: scan.status,
            at: scan.at.toISOString(),
          },
        }
        for (let time = 0; time < scan.times; time += 1) {
          if (!(await sender.deliver({ id: scan.id, body }))) return
        }
        if (sender.isStopped) return
        await enter({ entry: 'scan-told', trackingNumber, status: scan.status, at: new Date().toISOString() })
      }
    }
    following.add(tell().catch(reportDefect))
  }
  const following = new Set<Promise<void>>()
  for (const [trackingNumber, taken] of packages) {
    if (taken.handedOverAt !== undefined && !taken.isVoided && !taken.told.has('delivered')) follow(trackingNumber, taken)
  }

  async function buyLabel(body: Record<string, unknown>, key: string, request: string): Promise<Answer> {
    const { carrier, service, reference } = body
    const sold = isWord(carrier) && isWord(service) ? serviceOf(carrier, service) : undefined
    if (!isWord(carrier) || !isWord(service) || sold === undefined) throw new NotDone(refusal(422, 'unknown-service', 'GET /v1/carriers lists what is sold'))
    if (!isWord(reference)) throw new NotDone(refusal(422, 'invalid-request', 'reference: a text is expected'))
    const parcels = body.packages
    if (!Array.isArray(parcels) || parcels.length === 0 || !parcels.every(isParcel)) {
      throw new NotDone(refusal(422, 'invalid-request', 'packages: [{ sscc, weightGrams, lengthMm, widthMm, heightMm }] is expected'))
    }
    if (!isAddress(body.from) || !isAddress(body.to)) throw new NotDone(refusal(422, 'invalid-address', 'from and to: { name, country, postalCode, ... } is expected'))
    if ((body.to as { postalCode?: unknown }).postalCode === '00000') throw new NotDone(refusal(409, 'address-not-served', 'We do not go there'))
    const tooHeavy = parcels.find((parcel) => parcel.weightGrams > sold.weightGramsMax)
    if (tooHeavy !== undefined) throw new NotDone(refusal(422, 'too-heavy', `${tooHeavy.sscc}: at most ${sold.weightGramsMax} g`))
    const bought: LabelBought = {
      entry: 'label-bought',
      label: `lbl_${randomDigits(12)}`,
      key,
      request,
      carrier,
      service,
      reference,
      packages: parcels.map(({ sscc, weightGrams }) => ({ sscc, trackingNumber: `${carrier.slice(0, 2).toUpperCase()}${randomDigits(12)}`, weightGrams })),
      priceMinor: priceMinor(sold, parcels),
      currency: 'EUR',
      at: new Date().toISOString(),
    }
    await enter(bought)
    if (options.handOverAfterMs !== undefined) {
      following.add(
        sender
          .until(new Date(Date.now() + options.handOverAfterMs))
          .then(() => Promise.all(bought.packages.map(({ trackingNumber }) => handOver(trackingNumber))))
          .then(() => undefined, reportDefect),
      )
    }
    return { status: 201, body: labelBody(bought) }
  }

  async function voidLabel(body: Record<string, unknown>, key: string, request: string): Promise<Answer> {
    const label = isWord(body.label) ? labels.get(body.label) : undefined
    if (label === undefined) throw new NotDone(refusal(404, 'not-found', 'There is no such label'))
    const own = label.packages.map(({ trackingNumber }) => packages.get(trackingNumber))
    if (own.some((one) => one?.handedOverAt !== undefined)) throw new NotDone(refusal(409, 'handed-over', 'The carrier has the package already'))
    if (own.some((one) => one?.isVoided)) throw new NotDone(refusal(409, 'already-voided', 'The label was voided before'))
    const voided: LabelVoided = { entry: 'label-voided', label: label.label, key, request, at: new Date().toISOString() }
    await enter(voided)
    return { status: 200, body: { label: label.label, voidedAt: voided.at } }
  }

  const server = sandboxServer()
  withMoods(server)
  const post = (path: string, work: (body: Record<string, unknown>, key: string, request: string) => Promise<Answer>): void => {
    server.post(path, async (request, reply) => {
      const body = (request.body ?? {}) as Record<string, unknown>
      const asked = fingerprint(path, body)
      const { answer } = await requests.once(header(request.headers, 'idempotency-key'), asked, (key) => work(body, key, asked))
      return send(reply, answer)
    })
  }
  post('/v1/labels', buyLabel)
  post('/v1/labels/void', voidLabel)
  server.get<{ Querystring: { key?: string } }>('/v1/labels', async (request) => ({
    labels: [...labels.values()].filter((label) => label.key === request.query.key).map(labelBody),
  }))
  server.get('/v1/carriers', async () => ({ carriers }))
  server.post('/v1/rates', async (request, reply) => {
    const parcels = ((request.body ?? {}) as Record<string, unknown>).packages
    if (!Array.isArray(parcels) || !parcels.every(isParcel)) {
      return send(reply, refusal(422, 'invalid-request', 'packages: [{ sscc, weightGrams, lengthMm, widthMm, heightMm }] is expected'))
    }
    const rates = carriers.flatMap((carrier) =>
      carrier.services
        .filter((service) => parcels.every((parcel) => parcel.weightGrams <= service.weightGramsMax))
        .map((service) => ({
          carrier: carrier.code,
          service: service.code,
          mode: service.mode,
          transitHours: service.transitHours,
          priceMinor: priceMinor(service, parcels),
          currency: 'EUR',
        })),
    )
    return { rates }
  })
  server.post('/v1/handovers', async (request, reply) => {
    const numbers = ((request.body ?? {}) as Record<string, unknown>).trackingNumbers
    if (!Array.isArray(numbers) || !numbers.every(isWord)) return send(reply, refusal(422, 'invalid-request', 'trackingNumbers: a list is expected'))
    const unknown = numbers.filter((number) => packages.get(number)?.isVoided !== false)
    if (unknown.length > 0) return send(reply, refusal(404, 'not-found', `No valid label for ${unknown.join(', ')}`))
    await Promise.all(numbers.map(handOver))
    return { accepted: numbers.length }
  })
  server.get<{ Params: { number: string } }>('/v1/tracking/:number', async (request, reply) => {
    const taken = packages.get(request.params.number)
    if (taken === undefined) return send(reply, refusal(404, 'not-found', 'There is no such package'))
    const { carrier, service } = taken.label
    return { carrier, service, sscc: taken.sscc, voided: taken.isVoided, handedOverAt: taken.handedOverAt ?? null, told: [...taken.told] }
  })
  server.put('/v1/webhook', async (request, reply) => {
    const { url, secret } = (request.body ?? {}) as Record<string, unknown>
    if (!isWord(url) || !isWord(secret)) return send(reply, refusal(422, 'invalid-request', 'url and secret are expected'))
    sender.aimAt({ url, secret })
    return { url }
  })
  server.put('/v1/webhook/manner', async (request, reply) => {
    const { manner } = (request.body ?? {}) as Record<string, unknown>
    if (!isManner(manner)) return send(reply, refusal(422, 'invalid-request', 'manner: well, tripled or forged-first is expected'))
    sender.behave(manner)
    return { manner, takenForged: sender.takenForged }
  })
  server.get('/v1/ledger', async () => ({ entries: ledger.entries.map(withoutRequest) }))
  server.get('/health', async () => ({ status: 'ok' }))

  const url = await listen(server, options)
  return {
    url,
    stop: async () => {
      sender.stop()
      await server.close()
      await Promise.all(following)
      await ledger.close()
    },
  }
}

const labelBody = ({ label, key, carrier, service, reference, packages, priceMinor: price, currency, at }: LabelBought): object => ({
  label,
  key,
  carrier,
  service,
  reference,
  packages: packages.map(({ sscc, trackingNumber }) => ({ sscc, trackingNumber })),
  priceMinor: price,
  currency,
  boughtAt: at,
})

function withoutRequest(entry: CarrierEntry): object {
  if (!('request' in entry)) return entry
  const { request: _request, ...rest } = entry
  return rest
}

const send = (reply: FastifyReply, answer: Answer): FastifyReply => reply.status(answer.status).send(answer.body)

/** A package that can no longer be followed is a defect of the sandbox: it must be seen, and must not end the others. */
function reportDefect(error: unknown): void {
  process.stderr.write(`sandbox carriers: ${error instanceof Error ? error.stack : String(error)}\n`)
}

const randomDigits = (count: number): string => Array.from({ length: count }, () => randomInt(10)).join('')
const isWord = (value: unknown): value is string => typeof value === 'string' && value !== '' && value.length <= wordMax
const isPositive = (value: unknown): value is number => typeof value === 'number' && value > 0
const isAddress = (value: unknown): boolean => typeof value === 'object' && value !== null && 'country' in value && isWord(value.country)

function isParcel(value: unknown): value is Parcel {
  if (typeof value !== 'object' || value === null) return false
  const { sscc, weightGrams, lengthMm, widthMm, heightMm } = value as Record<string, unknown>
  return isWord(sscc) && /^\d{18}$/.test(sscc) && [weightGrams, lengthMm, widthMm, heightMm].every(isPositive)
}
