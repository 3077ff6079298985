import { randomUUID } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout as wait } from 'node:timers/promises'
import type { Api } from './api.js'
import { FileRefused, type ImportOptions, type ImportProgress } from './import-file.js'

interface OrderImport {
  readonly import: string
  readonly status: 'uploading' | 'waiting' | 'running' | 'done'
  readonly orders: number
  readonly processed: number
  readonly accepted: number
  readonly existing: number
  readonly refused: number
}

const POLL_MS = 500

/** Uploads a file of orders (CSV, or one JSON a line) and follows it until every order is accepted or in the errors file. Throws: FileRefused. */
export async function importOrders(api: Api, orderUrl: string, file: string, { errorsFile, onProgress }: ImportOptions): Promise<ImportProgress> {
  const headers = { authorization: `Bearer ${await api.tokenOf('admin')}` }
  const uploaded = await fetch(`${orderUrl}/v1/orders/imports`, {
    method: 'POST',
    headers: { ...headers, 'content-type': /\.(nd)?jsonl?$/.test(file) ? 'application/x-ndjson' : 'text/csv', 'idempotency-key': randomUUID() },
    body: Readable.toWeb(createReadStream(file)),
    duplex: 'half',
  } as RequestInit & { duplex: 'half' })
  const answer = (await uploaded.json()) as OrderImport & { code?: string; detail?: string; title?: string }
  if (!uploaded.ok) throw new FileRefused(answer.code ?? String(uploaded.status), answer.detail ?? answer.title ?? 'The file was refused')
  let state: OrderImport = answer
  const progress = (): ImportProgress => ({
    rows: state.processed,
    created: state.accepted,
    updated: 0,
    unchanged: state.existing,
    refused: state.refused,
    done: state.orders === 0 ? 0 : state.processed / state.orders,
  })
  while (state.status !== 'done') {
    await wait(POLL_MS)
    state = (await api.send('order', 'GET', `/v1/orders/imports/${answer.import}`)).body as OrderImport
    onProgress?.(progress())
  }
  if (state.refused > 0) {
    const errors = await fetch(`${orderUrl}/v1/orders/imports/${answer.import}/errors`, { headers })
    if (errors.body) await pipeline(Readable.fromWeb(errors.body), createWriteStream(errorsFile))
  }
  return { ...progress(), done: 1 }
}
