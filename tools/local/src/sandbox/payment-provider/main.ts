import { runSandbox } from '../program.js'
import { startPaymentProvider } from './server.js'

await runSandbox('sandbox payment provider', ['api-key'], ({ directory, port, text }) => {
  const apiKey = text('api-key')
  return startPaymentProvider({ directory, port, ...(apiKey === undefined ? {} : { apiKey }) })
})
