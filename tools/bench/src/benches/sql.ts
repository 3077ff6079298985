import pg from 'pg'

/** The floors in SQL: what the same rows cost when nothing but PostgreSQL and its driver has a hand in it. */
export class SqlFloor {
  private constructor(
    private readonly pool: pg.Pool,
    private readonly products: number,
  ) {}

  /** Makes its tables in an empty database: an order with lines and an outbox, and stock with reservations. */
  static async open(url: string, products: number, lanes: number): Promise<SqlFloor> {
    const pool = new pg.Pool({ connectionString: url, max: lanes, options: '-c jit=off' })
    pool.on('error', () => undefined)
    await pool.query(`
      CREATE TABLE orders (id uuid PRIMARY KEY, reference text NOT NULL UNIQUE, status text NOT NULL, customer jsonb NOT NULL, total_minor bigint NOT NULL, created_at timestamptz NOT NULL DEFAULT now());
      CREATE TABLE order_lines (order_id uuid NOT NULL, line int NOT NULL, product int NOT NULL, units int NOT NULL, price_minor bigint NOT NULL, PRIMARY KEY (order_id, line));
      CREATE TABLE outbox (seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, topic text NOT NULL, key text NOT NULL, headers jsonb NOT NULL, payload bytea NOT NULL);
      CREATE TABLE inbox (message uuid PRIMARY KEY);
      CREATE TABLE stock (product int PRIMARY KEY, on_hand int NOT NULL, reserved int NOT NULL, CHECK (reserved <= on_hand)) WITH (fillfactor = 50);
      CREATE TABLE reservations (order_id uuid NOT NULL, product int NOT NULL, units int NOT NULL, PRIMARY KEY (order_id, product));
      CREATE TABLE commits (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, note text NOT NULL)`)
    await pool.query('INSERT INTO stock SELECT product, 1000000000, 0 FROM generate_series(0, $1::int - 1) AS product', [products])
    return new SqlFloor(pool, products)
  }

  /** Places so many orders of three lines in one statement. */
  async intake(batch: number): Promise<void> {
    await this.pool.query({
      name: 'intake',
      text: `WITH given AS MATERIALIZED (SELECT uuidv7() AS id, n FROM generate_series(1, $1::int) AS n),
        o AS (INSERT INTO orders (id, reference, status, customer, total_minor) SELECT id, id::text, 'PLACED', '{"name":"Ada Lovelace","email":"ada@customer.example"}', 2970 FROM given),
        l AS (INSERT INTO order_lines SELECT id, line, ((n * 7919 + line * 104729) % $2::int), 1, 990 FROM given CROSS JOIN generate_series(1, 3) AS line)
        INSERT INTO outbox (topic, key, headers, payload) SELECT 'orders', id::text, '{"ce_type":"order-placed","ce_source":"order"}', convert_to(repeat('x', 460), 'UTF8') FROM given`,
      values: [batch, this.products],
    })
  }

  /** Reserves for so many orders of 1 to 5 lines in one transaction: lock once, decide here, write once. */
  async reserve(batch: number, pick: () => number): Promise<void> {
    const client = await this.pool.connect()
    try {
      await client.query('BEGIN')
      const { rows } = await client.query<{ message: string }>({ name: 'admit', text: 'INSERT INTO inbox SELECT uuidv7() FROM generate_series(1, $1::int) ON CONFLICT DO NOTHING RETURNING message', values: [batch] })
      const wanted = rows.flatMap(({ message }, index) => [...new Set(Array.from({ length: (index % 5) + 1 }, pick))].map((product) => ({ order: message, product, units: 1 })))
      const products = [...new Set(wanted.map(({ product }) => product))].toSorted((a, b) => a - b)
      const { rows: there } = await client.query<{ product: number; free: number }>({ name: 'lock', text: 'SELECT product, on_hand - reserved AS free FROM stock WHERE product = ANY($1::int[]) ORDER BY product FOR UPDATE', values: [products] })
      const free = new Map(there.map((row) => [row.product, row.free]))
      const taken = new Map<number, number>()
      const granted = wanted.filter(({ product, units }) => {
        const left = (free.get(product) ?? 0) - units
        if (left < 0) return false
        free.set(product, left)
        taken.set(product, (taken.get(product) ?? 0) + units)
        return true
      })
      await client.query({
        name: 'write',
        text: `WITH s AS (UPDATE stock SET reserved = reserved + given.units FROM unnest($1::int[], $2::int[]) AS given (product, units) WHERE stock.product = given.product),
          r AS (INSERT INTO reservations SELECT * FROM unnest($3::uuid[], $4::int[], $5::int[]))
          INSERT INTO outbox (topic, key, headers, payload) SELECT 'stock', message::text, '{"ce_type":"stock-reserved","ce_source":"inventory"}', convert_to(repeat('x', 460), 'UTF8') FROM unnest($6::uuid[]) AS message`,
        values: [[...taken.keys()], [...taken.values()], granted.map(({ order }) => order), granted.map(({ product }) => product), granted.map(({ units }) => units), rows.map(({ message }) => message)],
      })
      await client.query('COMMIT')
    } finally {
      client.release()
    }
  }

  /** One row, one commit. */
  async commit(): Promise<void> {
    await this.pool.query({ name: 'commit', text: 'INSERT INTO commits (note) VALUES ($1)', values: ['a row'] })
  }

  async select(): Promise<void> {
    await this.pool.query({ name: 'select', text: 'SELECT 1' })
  }

  close(): Promise<void> {
    return this.pool.end()
  }
}

/** Does work again and again, so many at once, for a while. Answers how often. */
export async function forAWhile(ms: number, lanes: number, work: () => Promise<unknown>): Promise<number> {
  const until = performance.now() + ms
  let done = 0
  const lane = async (): Promise<void> => {
    while (performance.now() < until) {
      await work()
      done += 1
    }
  }
  await Promise.all(Array.from({ length: lanes }, lane))
  return done
}
