import type pg from 'pg'

/** Tables of one database that hold what was done to orders; what belongs to the company stays as it is. */
interface Column {
  readonly table_schema: string
  readonly table_name: string
  readonly column_name: string
  readonly udt_name: string
  readonly is_identity: string
  readonly column_default: string | null
}

const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}'

/**
 * Copies rows again and again, as if as many orders more had been there for long: the ids of the copies are made from the originals, the
 * same in every table. Only for measuring what many rows cost: nobody else's tables know of the copies. Answers rows by table.
 */
export async function cloneRows(client: pg.Client, tables: readonly string[], where: Readonly<Record<string, string>>, copies: number): Promise<Readonly<Record<string, number>>> {
  const { rows: columns } = await client.query<Column>(
    `SELECT table_schema, table_name, column_name, udt_name, is_identity, column_default FROM information_schema.columns
     WHERE table_schema || '.' || table_name = ANY($1) AND is_generated = 'NEVER' ORDER BY ordinal_position`,
    [tables],
  )
  const counts: Record<string, number> = {}
  await client.query('SET session_replication_role = replica')
  for (const table of tables) {
    const own = columns.filter((column) => `${column.table_schema}.${column.table_name}` === table && column.is_identity === 'NO' && !(column.column_default ?? '').startsWith('nextval'))
    const names = own.map(({ column_name: name }) => `"${name}"`).join(', ')
    const values = own.map(({ column_name: name, udt_name: type }) => copied(`"${name}"`, name, type)).join(', ')
    const { rowCount } = await client.query(`INSERT INTO ${table} (${names}) SELECT ${values} FROM ${table} AS source CROSS JOIN generate_series(1, ${copies}) AS copy WHERE ${where[table] ?? 'true'} ON CONFLICT DO NOTHING`)
    counts[table] = rowCount ?? 0
  }
  await client.query('SET session_replication_role = DEFAULT')
  await client.query('ANALYZE')
  return counts
}

function copied(quoted: string, name: string, type: string): string {
  if (type === 'uuid') return `md5(${quoted}::text || copy)::uuid`
  if (type === 'text' && name === 'reference') return `${quoted} || '-' || copy`
  if (type === 'text' && (name === 'reference_key' || name === 'subject' || name === 'key')) return `CASE WHEN ${quoted} ~ '^${UUID}$' THEN md5(${quoted} || copy)::uuid::text ELSE ${quoted} || '-' || copy END`
  return quoted
}
