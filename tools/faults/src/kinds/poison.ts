import { setTimeout as wait } from 'node:timers/promises'
import type { ServiceName } from '@waybill/contracts'
import { NotMade } from '../not-made.js'
import type { Make } from '../scene.js'

/** Where a handler writes first when it hears of something new for an order. */
const tables: readonly { readonly service: ServiceName; readonly table: string }[] = [
  { service: 'inventory', table: 'reservation_order' },
  { service: 'warehouse', table: 'fulfillments' },
  { service: 'shipping', table: 'shipments' },
  { service: 'after-sales', table: 'order_care' },
  { service: 'console', table: 'fact' },
]
/** Of so many orders one is poison. */
const ONE_OF = 3

/** F28: a build with a defect that some orders meet, and after a while the build without it. What was parked meanwhile waits to be tried again. */
export const poison: Make = async ({ installation, servers, over }, { forMs }, random) => {
  const { service, table } = random.pick(tables)
  const database = new URL(installation.databases[service]).pathname.slice(1)
  const which = random.between(0, ONE_OF - 1)
  const name = `fault_${which}_${random.between(0, 1_000_000)}`
  await servers.asAdministrator(async (client) => {
    await client.query(`SET lock_timeout = '3s'`)
    await client.query(`CREATE OR REPLACE FUNCTION ${name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'order % is poison', NEW.order_id; END $$`)
    await client.query(
      `CREATE OR REPLACE TRIGGER ${name} BEFORE INSERT ON ${table} FOR EACH ROW WHEN (abs(hashtext(NEW.order_id::text)) % ${ONE_OF} = ${which}) EXECUTE FUNCTION ${name}()`,
    )
  }, database)
  await wait(forMs, undefined, { signal: over }).catch(() => undefined)
  // the cure must come, whatever has happened to the database
  for (let attempt = 1; ; attempt++) {
    try {
      const parked = await servers.asAdministrator(async (client) => {
        await client.query(`SET lock_timeout = '3s'`)
        await client.query(`DROP FUNCTION IF EXISTS ${name}() CASCADE`)
        const { rows } = await client.query<{ keys: number }>(`SELECT count(*)::int AS keys FROM messaging.parked_key WHERE code = 'P0001'`)
        return rows[0]?.keys ?? 0
      }, database)
      if (parked === 0) throw new NotMade(`no order met it in ${service}`)
      return `one of ${ONE_OF} orders in ${service} for ${Math.round(forMs / 1_000)} s, ${parked} parked`
    } catch (error) {
      if (error instanceof NotMade || attempt === 30) throw error
      await wait(1_000)
    }
  }
}
