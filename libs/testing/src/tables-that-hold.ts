import pg from 'pg'

/**
 * The tables of a database in which a text stands, in any column of any row: as text, within JSON, within bytes, or written in base64 there.
 * What is encrypted is not found: that is what it is for.
 */
export async function tablesThatHold(databaseUrl: string, text: string): Promise<readonly string[]> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    const { rows: tables } = await client.query<{ name: string }>(
      `SELECT format('%I.%I', n.nspname, c.relname) AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE c.relkind = 'r' AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema' AND has_table_privilege(c.oid, 'SELECT') ORDER BY 1`,
    )
    const needles = [text, JSON.stringify(text).slice(1, -1), Buffer.from(text).toString('hex'), ...base64Within(text)]
    const found: string[] = []
    for (const { name } of tables) {
      const { rows } = await client.query(`SELECT FROM ${name} AS t WHERE EXISTS (SELECT FROM unnest($1::text[]) AS n WHERE strpos(t::text, n) > 0) LIMIT 1`, [needles])
      if (rows.length > 0) found.push(name)
    }
    return found
  } finally {
    await client.end()
  }
}

/** What base64 makes of a text that stands somewhere within others: the middle is the same at each of three offsets. As text, and as bytes of it. */
function base64Within(text: string): readonly string[] {
  return [0, 1, 2].flatMap((offset) => {
    const written = Buffer.from(' '.repeat(offset) + text).toString('base64').replace(/=+$/, '').slice(offset === 0 ? 0 : 4, -2)
    return [written, Buffer.from(written).toString('hex')]
  })
}
