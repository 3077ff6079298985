import type { ServiceName } from '@waybill/contracts'
import type { InstallationAddresses } from '@waybill/local'

/** How the house of a bench is to run. */
export interface HouseOptions {
  readonly directory: string
  readonly postgresUrl: string
  readonly kafkaBrokers: string
  readonly processes: boolean
  readonly carrierSpeed?: number
  readonly env?: Readonly<Partial<Record<ServiceName, Readonly<Record<string, string>>>>>
}

/** What the bench asks of the process that holds the house. */
export type Asked =
  | { readonly ask: 'start'; readonly options: HouseOptions }
  | { readonly ask: 'signal'; readonly service: ServiceName; readonly signal: 'SIGSTOP' | 'SIGCONT' }
  | { readonly ask: 'kill'; readonly service: ServiceName }
  | { readonly ask: 'another'; readonly service: ServiceName }
  | { readonly ask: 'pids' }
  | { readonly ask: 'stop' }

/** Processes of the services, where each has its own. */
export type ServicePids = readonly (readonly [ServiceName, number])[]

/** What is answered, to each in turn. */
export type Answered = { readonly did: Asked['ask']; readonly addresses?: InstallationAddresses; readonly pids?: ServicePids; readonly failed?: string }
