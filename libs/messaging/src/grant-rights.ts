import type { KafkaRights } from '@waybill/contracts'
import kafkajs, { type AclEntry } from 'kafkajs'
import { kafkaJsClient, type KafkaAccess } from './kafkajs-driver.js'
import { onBroker } from './registry.js'

const { AclOperationTypes, AclPermissionTypes, AclResourceTypes, ResourcePatternTypes } = kafkajs

export interface GrantRightsOptions {
  /** The administrator's. */
  readonly kafka: KafkaAccess
  readonly rights: readonly KafkaRights[]
  readonly namespace?: string
}

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined }

/** Gives these principals these rights on the brokers, and takes away all others that they had. What is granted comes first: nobody loses in between what he keeps. */
export async function grantRights({ kafka, rights, namespace = '' }: GrantRightsOptions): Promise<{ readonly granted: number; readonly taken: number }> {
  const admin = kafkaJsClient(kafka, silent).admin({ retry: { retries: 8, initialRetryTime: 100 } })
  await admin.connect()
  try {
    const wanted = rights.flatMap((one) => entriesOf(one, namespace))
    const had: AclEntry[] = []
    for (const { principal } of rights) had.push(...(await entriesThatAre(admin, principal)))
    const [wantedNames, hadNames] = [new Set(wanted.map(nameOf)), new Set(had.map(nameOf))]
    const missing = wanted.filter((entry) => !hadNames.has(nameOf(entry)))
    const left = had.filter((entry) => !wantedNames.has(nameOf(entry)))
    if (missing.length > 0) await admin.createAcls({ acl: missing })
    if (left.length > 0) await admin.deleteAcls({ filters: left })
    return { granted: missing.length, taken: left.length }
  } finally {
    await admin.disconnect()
  }
}

/** To describe what one may write or read comes with it. */
function entriesOf({ principal, writes, reads, groups }: KafkaRights, namespace: string): AclEntry[] {
  const entry = (resourceType: number, name: string, operation: number): AclEntry => ({
    resourceType,
    resourceName: onBroker(namespace, name),
    resourcePatternType: ResourcePatternTypes.LITERAL,
    principal: `User:${principal}`,
    host: '*',
    operation,
    permissionType: AclPermissionTypes.ALLOW,
  })
  return [
    ...writes.map((topic) => entry(AclResourceTypes.TOPIC, topic, AclOperationTypes.WRITE)),
    ...reads.map((topic) => entry(AclResourceTypes.TOPIC, topic, AclOperationTypes.READ)),
    ...groups.map((group) => entry(AclResourceTypes.GROUP, group, AclOperationTypes.READ)),
  ]
}

async function entriesThatAre(admin: kafkajs.Admin, principal: string): Promise<AclEntry[]> {
  const { resources } = await admin.describeAcls({
    resourceType: AclResourceTypes.ANY,
    resourcePatternType: ResourcePatternTypes.ANY,
    principal: `User:${principal}`,
    operation: AclOperationTypes.ANY,
    permissionType: AclPermissionTypes.ANY,
  })
  return resources.flatMap(({ resourceType, resourceName, resourcePatternType, acls }) =>
    acls.map((acl) => ({ resourceType, resourceName, resourcePatternType, principal: acl.principal, host: acl.host, operation: acl.operation, permissionType: acl.permissionType })),
  )
}

const nameOf = ({ resourceType, resourceName, resourcePatternType, principal, host, operation, permissionType }: AclEntry): string =>
  [resourceType, resourceName, resourcePatternType, principal, host, operation, permissionType].join('\n')
