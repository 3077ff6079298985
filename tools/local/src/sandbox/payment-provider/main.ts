import { runSandbox } from '../program.js'
import { startPaymentProvider } from './server.js'

await runSandbox('sandbox payment provider', ['api-key'], (at, text) => {
  const apiKey = text('api-key')
  return startPaymentProvider({ ...at, ...(apiKey === undefined ? {} : { apiKey }) })
})
