import { beforeAll, describe, expect, test } from '@jest/globals'
import { createHash, randomUUID } from 'node:crypto'
import { request as httpRequest } from 'node:http'
import pg from 'pg'
import { OrderPlaced } from '@waybill/contracts'
import { developmentToken, eventually, namespace } from '@waybill/testing'
import { service } from '../src/service.js'
import { anOrder } from './builders.js'
import { newReference, orderHouse, web, type OrderHouse } from './order-house.js'

const ns = await namespace()
let house: OrderHouse
beforeAll(async () => {
  house = await orderHouse(ns)
}, 60_000)

const sql = async (text: string, values: readonly unknown[] = []) => {
  const client = new pg.Client({ connectionString: house.app.database })
  await client.connect()
  const { rows } = await client.query(text, [...values])
  await client.end()
  return rows
}

const columns = ['channel', 'reference', 'customerName', 'email', 'street', 'postalCode', 'city', 'country', 'currency', 'product', 'units', 'paymentToken']
const csvRow = (reference: string, differs: Record<string, string> = {}) => {
  const usual: Record<string, string> = {
    channel: 'web', reference, customerName: 'Ada Lovelace', email: 'ada@example.com', street: 'Hauptstr. 1', postalCode: '10115', city: 'Berlin', country: 'DE', currency: 'EUR',
    product: 'P-1', units: '1', paymentToken: 'tok_ok',
  }
  return columns.map((column) => differs[column] ?? usual[column] ?? '').join(',')
}
const csv = (rows: readonly string[]) => [columns.join(','), ...rows, ''].join('\n')
const upload = (body: string | Uint8Array<ArrayBuffer>, type = 'text/csv') => house.api.post('/v1/orders/imports', body, { ...web, headers: { 'content-type': type } })
const progress = async (id: string) => (await house.api.get(`/v1/orders/imports/${id}`, web)).body
const done = async (id: string, withinMs = 20_000) => {
  await eventually(async () => expect((await progress(id)).status).toBe('done'), withinMs)
  return progress(id)
}
const errorsOf = async (id: string) => (await house.api.get(`/v1/orders/imports/${id}/errors`, web)).body as string
const ordersOf = async (prefix: string) => (await sql('SELECT count(*)::int AS n FROM orders WHERE reference LIKE $1', [`${prefix}%`]))[0].n as number
const left = async () => (await sql('SELECT (SELECT count(*) FROM import_entries)::int AS entries, (SELECT count(*) FROM order_imports WHERE status = $1)::int AS uploading', ['uploading']))[0]

describe('a file of orders', () => {
  test('BI-C7: 7 bad of 50 rows: 43 orders, 7 in the report, and the corrected report gives the rest', async () => {
    const prefix = newReference()
    const bad: Record<number, Record<string, string>> = {
      3: { units: '0' }, 8: { units: 'two' }, 13: { product: 'P-404' }, 21: { email: 'nobody' }, 34: { currency: 'EURO' }, 40: { country: 'XX' }, 47: { channel: 'nobody' },
    }
    const uploaded = await upload(csv(Array.from({ length: 50 }, (_, index) => csvRow(`${prefix}-${index}`, bad[index]))))
    expect([uploaded.status, uploaded.body.alreadyImported]).toEqual([202, false])
    const { rows, orders, accepted, existing, refused } = await done(uploaded.body.import)
    expect({ rows, orders, accepted, existing, refused }).toEqual({ rows: 50, orders: 50, accepted: 43, existing: 0, refused: 7 })
    expect(await ordersOf(prefix)).toBe(43)

    const report = await errorsOf(uploaded.body.import)
    const [first, ...lines] = report.trimEnd().split('\r\n')
    expect(first).toBe([...columns, 'errorRow', 'errorCode', 'errorColumn', 'errorDetail'].join(','))
    expect(lines.map((line) => line.split(',').slice(12, 15).join(' '))).toEqual([
      '5 invalid-quantity units', '10 invalid-quantity units', '15 unknown-product product', '23 invalid-email email', '36 invalid-currency currency', '42 invalid-country country', '49 forbidden channel',
    ])

    const corrected = report.replace(',0,tok', ',1,tok').replace(',two,', ',2,').replace('P-404', 'P-2').replace('nobody,Haupt', 'ada@example.com,Haupt').replace('EURO', 'EUR').replace(',XX,', ',FR,').replace(/^nobody,/m, 'web,')
    const again = await done((await upload(corrected)).body.import)
    expect([again.accepted, again.existing, again.refused]).toEqual([7, 0, 0])
    expect(await ordersOf(prefix)).toBe(50)
  })

  test('has several rows per order, and JSON lines work as well', async () => {
    const prefix = newReference()
    const rows = [csvRow(`${prefix}-1`), csvRow(`${prefix}-1`, { product: 'P-2', units: '3', customerName: '', email: '' }), csvRow(`${prefix}-2`)]
    expect((await done((await upload(csv(rows))).body.import)).accepted).toBe(2)
    const placed = await ns.published(OrderPlaced, ({ payload }) => payload.reference === `${prefix}-1`)
    expect(placed.payload.orderedLines.map(({ product, units }) => [product, units])).toEqual([['P-1', 1], ['P-2', 3]])
    const lines = [anOrder({ reference: `${prefix}-1`, lines: [{ product: 'P-1', units: 1 }, { product: 'P-2', units: 3 }] }), anOrder({ reference: `${prefix}-3` }), { nonsense: true }]
    const { accepted, existing, refused } = await done((await upload(lines.map((line) => JSON.stringify(line)).join('\n'), 'application/x-ndjson')).body.import)
    expect({ accepted, existing, refused }).toEqual({ accepted: 1, existing: 1, refused: 1 })
  })

  test('BI-C8: twice, renamed or overlapping makes no order twice', async () => {
    const prefix = newReference()
    const rows = Array.from({ length: 5 }, (_, index) => csvRow(`${prefix}-${index}`))
    const first = await upload(csv(rows))
    await done(first.body.import)
    const again = await upload(csv(rows))
    expect(again.body).toMatchObject({ import: first.body.import, alreadyImported: true, accepted: 5, fileHash: createHash('sha256').update(csv(rows)).digest('hex') })
    const overlapping = await done((await upload(csv([...rows, csvRow(`${prefix}-new`)]))).body.import)
    expect([overlapping.accepted, overlapping.existing]).toEqual([1, 5])
    expect(await ordersOf(prefix)).toBe(6)
  })

  test('two uploads of one file at once are one import', async () => {
    const prefix = newReference()
    const file = csv(Array.from({ length: 20 }, (_, index) => csvRow(`${prefix}-${index}`)))
    const answers = await Promise.all([upload(file), upload(file), upload(file)])
    expect(new Set(answers.map(({ body }) => body.import)).size).toBe(1)
    await done(answers[0]?.body.import)
    expect(await ordersOf(prefix)).toBe(20)
  })

  test('whose orders do not stand together is told so, and no order is placed by half', async () => {
    const prefix = newReference()
    const { accepted, refused, import: id } = await done((await upload(csv([csvRow(`${prefix}-1`), csvRow(`${prefix}-2`), csvRow(`${prefix}-1`, { product: 'P-2' })]))).body.import)
    expect([accepted, refused]).toEqual([1, 2])
    expect(await errorsOf(id)).toContain('rows-not-together')
    expect(await ordersOf(`${prefix}-1`)).toBe(0)
  })

  test('BI-C5, BI-C6: rows that are none cost their own order only', async () => {
    const prefix = newReference()
    const rows = [csvRow(`${prefix}-1`), `${csvRow(`${prefix}-2`)},more`, 'web', csvRow(`${prefix}-3`, { street: 'Haupt"str' }), csvRow(`${prefix}-4`), csvRow(`${prefix}-5`, { city: '"Ber' }), csvRow(`${prefix}-6`)]
    const { accepted, refused, import: id } = await done((await upload(csv(rows))).body.import)
    expect([accepted, refused]).toEqual([3, 4])
    expect((await errorsOf(id)).match(/,malformed-row,/g)).toHaveLength(4)
  })

  test.each([
    ['BI-C1 an empty file', '', 'text/csv', 'empty-file'],
    ['BI-C1 a header alone', `${columns.join(',')}\n`, 'text/csv', 'empty-file'],
    ['BI-C1 no lines', '\n\n', 'application/x-ndjson', 'empty-file'],
    ['BI-C2 other columns', 'a,b,c\n1,2,3\n', 'text/csv', 'header-mismatch'],
    ['BI-C2 a column twice', `${columns.join(',')},units\n`, 'text/csv', 'header-mismatch'],
    ['BI-C3 another delimiter', `${columns.join('|')}\n`, 'text/csv', 'delimiter'],
    ['BI-C4 latin-1', Uint8Array.from(Buffer.from(csv([csvRow('x', { city: 'Köln' })]), 'latin1')), 'text/csv', 'invalid-encoding'],
    ['BI-C4 UTF-16', Uint8Array.from(Buffer.from(csv([csvRow('x')]), 'utf16le')), 'text/csv', 'invalid-encoding'],
    ['BI-A5 a spreadsheet', 'PK', 'application/vnd.ms-excel', 'unsupported-media-type'],
  ])('%s is refused at once and leaves nothing', async (_name, body, type, code) => {
    const answer = await upload(body, type)
    expect([answer.status, answer.body.code]).toEqual([code === 'unsupported-media-type' ? 415 : 422, code])
    expect(await left()).toEqual({ entries: 0, uploading: 0 })
  })

  test('BI-C2, BI-C3, BI-C4: a byte order mark, semicolons, CR line ends and columns in another order are fine', async () => {
    const prefix = newReference()
    const text = `\ufeff${[[...columns].reverse(), csvRow(`${prefix}-1`).split(',').reverse(), csvRow(`${prefix}-2`).split(',').reverse()].map((fields) => fields.join(';')).join('\r')}`
    expect((await done((await upload(text)).body.import)).accepted).toBe(2)
  })

  test('BI-C9: that was cut off never starts', async () => {
    const prefix = newReference()
    const file = Buffer.from(csv(Array.from({ length: 2_000 }, (_, index) => csvRow(`${prefix}-${index}`))))
    const token = await developmentToken(web)
    await new Promise<void>((resolve) => {
      const sent = httpRequest(new URL('/v1/orders/imports', house.app.url), {
        method: 'POST',
        headers: { 'content-type': 'text/csv', 'content-length': file.length, authorization: `Bearer ${token}`, 'idempotency-key': randomUUID() },
      })
      sent.on('error', () => undefined).on('close', () => resolve())
      sent.write(file.subarray(0, file.length * 0.6), () => setTimeout(() => sent.destroy(), 200))
    })
    await eventually(async () => expect(await left()).toEqual({ entries: 0, uploading: 0 }), 10_000)
    expect(await ordersOf(prefix)).toBe(0)
  })

  test('is not another channel’s to see', async () => {
    const id = (await upload(csv([csvRow(newReference())]))).body.import
    expect((await house.api.get(`/v1/orders/imports/${id}`, { role: 'channel', channel: 'market', name: 'market' })).body.code).toBe('import-not-found')
    expect((await house.api.get('/v1/orders/imports/none', web)).status).toBeLessThan(500)
  })
})

test('BI-C9: an import goes on where it was when its process died', async () => {
  const prefix = newReference()
  const orders = 1_500
  const id = (await upload(csv(Array.from({ length: orders }, (_, index) => csvRow(`${prefix}-${index}`))))).body.import
  // the order in the middle is held, so that the file is never done before its process dies, however fast the machine is
  const holder = new pg.Client({ connectionString: house.app.database })
  await holder.connect()
  await holder.query('BEGIN')
  expect((await holder.query('SELECT 1 FROM import_entries WHERE import_id = $1 AND position = $2 FOR UPDATE', [id, orders / 2])).rowCount).toBe(1)
  await eventually(async () => expect((await progress(id)).processed).toBeGreaterThan(0), 20_000)
  const stopped = house.app.stop()
  await new Promise((resolve) => setTimeout(resolve, 1_000))
  await holder.end()
  await stopped
  const before = (await sql('SELECT processed, accepted FROM order_imports WHERE id = $1', [id]))[0]
  expect(before.processed).toBeGreaterThan(0)
  expect(before.processed).toBeLessThan(orders)
  const next = await ns.start(service, { database: house.app.database })
  await eventually(async () => expect((await sql('SELECT status, accepted, existing, refused FROM order_imports WHERE id = $1', [id]))[0]).toEqual({ status: 'done', accepted: orders, existing: 0, refused: 0 }), 60_000)
  expect(await ordersOf(prefix)).toBe(orders)
  await next.stop()
}, 120_000)
