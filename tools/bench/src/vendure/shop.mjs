// Vendure as it comes, with a shop of one product; runs in the folder where npm put it. Asked by its parent: start, carts, payments.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { dummyPaymentHandler, mergeConfig } from '@vendure/core'
import { createTestEnvironment, PostgresInitializer, registerInitializer, SimpleGraphQLClient, testConfig } from '@vendure/testing'

const url = new URL(process.argv[2])
const port = 30_500 + (process.pid % 1_000)
registerInitializer('postgres', new PostgresInitializer())
const config = mergeConfig(testConfig, {
  apiOptions: { port },
  dbConnectionOptions: { type: 'postgres', host: url.hostname, port: Number(url.port), username: url.username, password: url.password, database: url.pathname.slice(1), synchronize: true },
  paymentOptions: { paymentMethodHandlers: [dummyPaymentHandler] },
})
const { server, shopClient } = createTestEnvironment(config)
const initialData = {
  defaultLanguage: 'en',
  defaultZone: 'Europe',
  countries: [{ name: 'Germany', code: 'DE', zone: 'Europe' }],
  taxRates: [{ name: 'Standard Tax', percentage: 19 }],
  shippingMethods: [{ name: 'Standard', price: 490 }],
  paymentMethods: [{ name: 'dummy', handler: { code: dummyPaymentHandler.code, arguments: [{ name: 'automaticSettle', value: 'false' }] } }],
  collections: [],
}
const products = join(process.cwd(), 'products.csv')
writeFileSync(products, 'name,slug,description,assets,facets,optionGroups,optionValues,sku,price,taxCategory,stockOnHand,trackInventory,variantAssets,variantFacets\nLamp,lamp,A lamp,,,,,L-1,9.90,standard,1000000,true,,\n')

let carts = []

const steps = [
  'mutation { addItemToOrder(productVariantId: "ID", quantity: 2) { __typename ... on Order { id } ... on ErrorResult { message } } }',
  'mutation { setCustomerForOrder(input: { firstName: "Ada", lastName: "Lovelace", emailAddress: "EMAIL" }) { __typename ... on ErrorResult { message } } }',
  'mutation { setOrderShippingAddress(input: { fullName: "Ada Lovelace", streetLine1: "Example Street 12", city: "Berlin", postalCode: "10115", countryCode: "DE" }) { __typename ... on ErrorResult { message } } }',
]
const payment = [
  'mutation { transitionOrderToState(state: "ArrangingPayment") { __typename ... on Order { id } ... on ErrorResult { message } } }',
  'mutation { addPaymentToOrder(input: { method: "dummy", metadata: {} }) { __typename ... on Order { state } ... on ErrorResult { message } } }',
]

async function ask(client, text) {
  const answer = await client.query(client.parse(text))
  const [result] = Object.values(answer)
  if (typeof result === 'object' && result?.message !== undefined) throw new Error(`Vendure refuses ${text.slice(0, 60)}: ${result.message}`)
  return answer
}

async function cart(number) {
  const client = new SimpleGraphQLClient(config, `http://localhost:${port}/shop-api`)
  client.parse = parse
  await client.asAnonymousUser()
  for (const step of steps) await ask(client, step.replace('ID', variant).replace('EMAIL', `c${process.pid}-${number}-${Date.now()}@customer.example`))
  const { eligibleShippingMethods } = await ask(client, 'query { eligibleShippingMethods { id } }')
  await ask(client, `mutation { setOrderShippingMethod(shippingMethodId: ["${eligibleShippingMethods[0].id}"]) { __typename ... on ErrorResult { message } } }`)
  return client
}

let parse
let variant
const tasks = {
  start: async () => {
    ;({ parse } = await import('graphql'))
    await server.init({ initialData, productsCsvPath: products, customerCount: 1 })
    shopClient.parse = parse
    const { products: found } = await ask(shopClient, 'query { products { items { variants { id } } } }')
    variant = found.items[0].variants[0].id
  },
  carts: async ({ count }) => {
    carts = []
    for (let number = 0; number < count; number++) carts.push(await cart(number))
  },
  payments: async () => {
    for (const client of carts) for (const step of payment) await ask(client, step)
    carts = []
  },
}

process.on('disconnect', () => process.exit(0))
process.on('message', (asked) => {
  void tasks[asked.do](asked).then(
    () => process.send({ did: asked.do }),
    (error) => {
      process.stderr.write(`${error.stack}\n`)
      process.exit(1)
    },
  )
})
