import type { UnitOfWork } from '@waybill/service-kit'
import { orderConfig, patienceOf } from './config.js'
import { ChannelOrdersConsumer } from './kafka/channel-orders.consumer.js'
import { OrderFactsConsumer } from './kafka/order-facts.consumer.js'
import { PlacesConsumer } from './kafka/places.consumer.js'
import type { PaymentProvider } from './payments/payment-provider.js'
import { PostgresCaptureStore } from './postgres/postgres-capture.store.js'
import { PostgresChannelStore } from './postgres/postgres-channel.store.js'
import { PostgresOpenCalls } from './postgres/postgres-open-calls.js'
import { PostgresOrderFileStore } from './postgres/postgres-order-files.store.js'
import { PostgresPlacesStore } from './postgres/postgres-places.store.js'
import { PostgresProductStore } from './postgres/postgres-product.store.js'
import { RememberedTerms } from './postgres/terms.js'
import { OrderTimers } from './timers/order.timers.js'
import { PaymentCallTimer } from './timers/payment-call.timer.js'
import { RefusedInputTimer } from './timers/refused-input.timer.js'
import { CallProvider } from './use-cases/call-provider.js'
import { CaptureOrders } from './use-cases/capture-orders.js'
import { DeclareChannels } from './use-cases/declare-channels.js'
import { DeclareProducts } from './use-cases/declare-products.js'
import { LearnPlaces } from './use-cases/learn-places.js'
import { PayAnotherWay } from './use-cases/pay-another-way.js'
import { ReactToFacts } from './use-cases/react-to-facts.js'

export { migrations } from './migrations/index.js'
export { orderTransitions } from './order-process/order-status.js'
export { PaymentProvider, type ProviderAnswer, type ProviderCall } from './payments/payment-provider.js'
export { paymentTransitions } from './payments/payment.js'

/** Of a house that has configured nothing. */
const patience = patienceOf(orderConfig({}))

/** Everything of order that decides, from message, timer or request to rows and facts, without the process around it. Source: ADR 0023. */
export function orderCore(uow: UnitOfWork, provider: PaymentProvider) {
  const files = new PostgresOrderFileStore(uow)
  const reactToFacts = new ReactToFacts(files, patience)
  const captureOrders = new CaptureOrders(new PostgresCaptureStore(uow, new RememberedTerms(), patience))
  return {
    handlers: [
      new ChannelOrdersConsumer(captureOrders),
      new OrderFactsConsumer(reactToFacts),
      new PlacesConsumer(new LearnPlaces(new PostgresPlacesStore(uow))),
      new OrderTimers(reactToFacts),
      new RefusedInputTimer(captureOrders),
      new PaymentCallTimer(new CallProvider(new PostgresOpenCalls(uow), provider, reactToFacts)),
    ],
    captureOrders,
    payAnotherWay: new PayAnotherWay(files, patience),
    declareChannels: new DeclareChannels(new PostgresChannelStore(uow)),
    declareProducts: new DeclareProducts(new PostgresProductStore(uow)),
  }
}
