import { openapiOf } from '@waybill/service-kit'
import { services } from '../services.js'

/** The OpenAPI document of every service, made without connecting to anything. */
export async function openApiFiles(): Promise<[string, string][]> {
  const files: [string, string][] = []
  for (const service of services) files.push([`services/${service.name}/openapi.json`, `${JSON.stringify(await openapiOf(service), null, 2)}\n`])
  return files
}
