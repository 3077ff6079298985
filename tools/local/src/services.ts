import { service as afterSales } from '@waybill/after-sales'
import { service as console } from '@waybill/console'
import { service as inventory } from '@waybill/inventory'
import { service as notification } from '@waybill/notification'
import { service as order } from '@waybill/order'
import type { ServiceDefinition } from '@waybill/service-kit'
import { service as shipping } from '@waybill/shipping'
import { service as warehouse } from '@waybill/warehouse'

/** The services of the house, as their packages declare them. */
export const services: readonly ServiceDefinition[] = [order, inventory, warehouse, shipping, afterSales, notification, console]
