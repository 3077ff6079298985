import { main } from '@waybill/service-kit'
import { service } from './service.js'

await main(service)
