import type { ServiceDefinition } from '@waybill/service-kit'

const names = ['order', 'inventory', 'warehouse', 'shipping', 'after-sales', 'notification', 'console'] as const

/** The services of the house, as their packages declare them. */
export const services: readonly ServiceDefinition[] = (await Promise.all(names.map(load))).filter((service) => service !== undefined)

async function load(name: string): Promise<ServiceDefinition | undefined> {
  try {
    const { service } = (await import(`@waybill/${name}`)) as { service: ServiceDefinition }
    return service
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND') {
      process.stderr.write(`${name} is left out: ${error.message}\n`)
      return undefined
    }
    throw error
  }
}
