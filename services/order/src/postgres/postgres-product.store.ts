import { Injectable } from '@nestjs/common'
import type { Answered, Cause } from '@waybill/kernel'
import { topics } from '@waybill/contracts'
import { TellsAgain, UnitOfWork, type Telling, type Tx } from '@waybill/service-kit'
import { numbersNeeded } from '../catalogue/declare-products.js'
import { ProductStore, type DeclareProducts, type ProductDeclared, type ProductFilter } from '../catalogue/product.store.js'
import type { Product, ProductDeclaration } from '../catalogue/product.js'
import { refusal, type Refusal } from '../reading/fault.js'
import { productPublished } from '../published-events.js'
import { productColumns, productOf, productRow, type ProductRow } from './catalogue.row.js'
import { termsChanged } from './terms.js'

/** How many products are read at once when all are told again. */
const PAGE = 500

/** The catalogue in PostgreSQL. Declarations take turns: they lock the terms' version first. */
@Injectable()
export class PostgresProductStore extends ProductStore {
  constructor(private readonly uow: UnitOfWork) {
    super()
  }

  async declare(cause: Cause, products: readonly (ProductDeclaration | Refusal)[], decide: DeclareProducts): Promise<Answered<readonly ProductDeclared[]>> {
    const [outcome] = await this.uow.change([{ cause }], async (tx) => {
      const readable = products.filter((product): product is ProductDeclaration => !('faults' in product))
      await termsChanged(tx)
      const known = await this.read(tx, numbersNeeded(readable))
      const declared = decide(known, readable)
      // a product declared twice in one call is kept as it was said last
      const changed = [...new Map(declared.flatMap((each) => ('product' in each && each.status !== 'unchanged' ? [[each.product.number, each.product] as const] : []))).values()]
      await this.write(tx, changed)
      this.tell(tx, changed, cause)
      let place = 0
      return [products.map((product) => ('faults' in product ? { status: 'refused' as const, ...product } : answerOf(declared[place++])))]
    })
    return { result: outcome?.result ?? [], replayed: outcome?.replayed ?? false }
  }

  async one(number: string): Promise<Product | undefined> {
    const [row] = await this.uow.query<ProductRow>('products.one', `SELECT ${productColumns} FROM products WHERE number = $1`, [number])
    return row && productOf(row)
  }

  async list({ category, isActive }: ProductFilter, after: string | undefined, limit: number): Promise<readonly Product[]> {
    const rows = await this.uow.query<ProductRow>(
      'products.list',
      `SELECT ${productColumns} FROM products
       WHERE number > $1 AND ($2::text IS NULL OR category = $2) AND ($3::boolean IS NULL OR is_active = $3) ORDER BY number LIMIT $4`,
      [after ?? '', category ?? null, isActive ?? null, limit],
    )
    return rows.map(productOf)
  }

  async tellAgain(cause: Cause): Promise<Answered<number>> {
    const [outcome] = await this.uow.change([{ cause }], async (tx) => {
      let told = 0
      for (let after: string | undefined = ''; after !== undefined; ) {
        const page: readonly string[] = await this.tellPage(tx, cause, { after, only: null, limit: PAGE })
        told += page.length
        after = page.length === PAGE ? page.at(-1) : undefined
      }
      return [told]
    })
    return { result: outcome?.result ?? 0, replayed: outcome?.replayed ?? false }
  }

  /** Locked, so that a newer version declared meanwhile is told after this one and not before. */
  @TellsAgain(topics.product)
  async tellPage(tx: Tx, cause: Cause, { after, only, limit }: Telling): Promise<readonly string[]> {
    const rows = await tx.query<ProductRow>(
      'products.page',
      `SELECT ${productColumns} FROM products WHERE number > $1 AND ($2::text IS NULL OR number = $2) ORDER BY number LIMIT $3 FOR SHARE`,
      [after, only, limit],
    )
    this.tell(tx, rows.map(productOf), cause)
    return rows.map(({ number }) => number)
  }

  /** Everything sold here, bundles too: a consumer that keeps what is stocked reads `stocked`. */
  private tell(tx: Tx, products: readonly Product[], cause: Cause): void {
    for (const product of products) tx.publish(...productPublished(product, cause))
  }

  private async read(tx: Tx, numbers: readonly string[]): Promise<ReadonlyMap<string, Product>> {
    const rows = await tx.query<ProductRow>('products.known', `SELECT ${productColumns} FROM products WHERE number = ANY ($1::text[])`, [numbers])
    return new Map(rows.map((row) => [row.number, productOf(row)]))
  }

  private async write(tx: Tx, products: readonly Product[]): Promise<void> {
    if (products.length === 0) return
    await tx.query(
      'products.write',
      `INSERT INTO products (${productColumns})
       SELECT ${productColumns.replace('handling,', 'ARRAY(SELECT jsonb_array_elements_text(handling)),')} FROM jsonb_to_recordset($1::jsonb) AS given (
         number text, version integer, name text, category text, brand text, gtin text, tax_category text, is_active boolean, is_stocked boolean, handling jsonb,
         handling_instruction text, weight_grams integer, length_mm integer, width_mm integer, height_mm integer, is_lot_tracked boolean,
         minimum_remaining_days integer, dangerous_group text, has_lithium boolean, is_food boolean, ships_alone boolean, components jsonb, options jsonb)
       ON CONFLICT (number) DO UPDATE SET (${updated}) = ROW (${updated.split(', ').map((column) => `excluded.${column}`).join(', ')})`,
      [JSON.stringify(products.map(productRow))],
    )
  }
}

const updated = productColumns.replace('number, ', '')

function answerOf(declared: ReturnType<DeclareProducts>[number] | undefined): ProductDeclared {
  if (!declared) throw new Error('A declaration has no answer')
  return declared.status === 'refused' ? { status: 'refused', ...refusal([declared]) } : { status: declared.status, version: declared.product.version }
}
