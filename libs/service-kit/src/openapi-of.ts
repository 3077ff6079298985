import type { OpenAPIObject } from '@nestjs/swagger'
import { assemble } from './assemble.js'
import { exampleEnv, readAll } from './config.js'
import { kitConfig } from './kit-config.js'
import { documentOf } from './openapi.js'
import { layPlumbing } from './plumbing.js'
import type { ServiceDefinition } from './service.js'

/** The OpenAPI 3.1 document of a service, made without connecting to anything. */
export async function openapiOf(service: ServiceDefinition): Promise<OpenAPIObject> {
  const [config, module] = readAll(exampleEnv, kitConfig, service.read)
  const plumbing = layPlumbing(service, { ...config, logLevel: 'silent' }, { onFatal: () => undefined })
  const { app } = await assemble(service, module(), plumbing)
  return documentOf(service.name, app)
}
