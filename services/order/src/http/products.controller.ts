import { Controller, Get, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common'
import { ApiBody, ApiTags } from '@nestjs/swagger'
import type { RequestCause } from '@waybill/kernel'
import { BulkRoute, Caused, Cursors, filterOf, limitOf, onlyParameters, Problem, Roles, wordOf, type QueryParameters } from '@waybill/service-kit'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { ProductStore } from '../catalogue/product.store.js'
import type { Product } from '../catalogue/product.js'
import { DeclareProducts } from '../use-cases/declare-products.js'
import { onlyOf, outcomesOf, rowsOf } from './answers.js'
import { ProductRequest, ProductRows } from './catalogue.requests.js'

/** What is sold and stocked. */
@ApiTags('products')
@Controller('v1/products')
export class ProductsController {
  constructor(
    private readonly declareProducts: DeclareProducts,
    private readonly store: ProductStore,
    private readonly cursors: Cursors,
  ) {}

  @Get()
  @Roles('agent', 'operator', 'channel', 'receiver', 'picker', 'packer')
  async list(@Query() query: QueryParameters) {
    onlyParameters(query, ['limit', 'cursor', 'category', 'active'])
    const limit = limitOf(query)
    const category = filterOf(query, 'category')
    const active = wordOf(query, 'active', ['true', 'false'])
    const name = `products ${category ?? ''} ${active ?? ''}`
    const [after] = this.cursors.read(name, query) ?? []
    const rows = await this.store.list({ category, isActive: active === undefined ? undefined : active === 'true' }, after as string | undefined, limit + 1)
    const { items, next } = this.cursors.page(name, rows, limit, ({ number }) => [number])
    return { items: items.map(shown), next }
  }

  @Get(':product')
  @Roles('agent', 'operator', 'channel', 'receiver', 'picker', 'packer')
  async one(@Param('product') number: string) {
    const product = await this.store.one(number)
    if (!product) throw new Problem('product-not-found')
    return shown(product)
  }

  @Post()
  @Roles('operator')
  @ApiBody({ type: ProductRequest })
  async declare(@Req() request: FastifyRequest, @Caused() cause: RequestCause, @Res({ passthrough: true }) reply: FastifyReply) {
    const { result, replayed } = await this.declareProducts.run(cause, [request.body])
    const answer = onlyOf(result)
    if (replayed) void reply.header('Idempotent-Replayed', 'true')
    void reply.code(answer.status === 'created' ? 201 : 200)
    return answer
  }

  @Post('import')
  @HttpCode(200)
  @BulkRoute()
  @Roles('operator')
  @ApiBody({ type: ProductRows })
  async import(@Req() request: FastifyRequest, @Caused() cause: RequestCause, @Res({ passthrough: true }) reply: FastifyReply) {
    const { result, replayed } = await this.declareProducts.run(cause, rowsOf(request.body))
    if (replayed) void reply.header('Idempotent-Replayed', 'true')
    return { outcomes: outcomesOf(result) }
  }

  /** Tells the other services again what every product is, from the table: for a topic that was lost. */
  @Post('publish-again')
  @HttpCode(200)
  @Roles('operator')
  async publishAgain(@Caused() cause: RequestCause) {
    const { result } = await this.declareProducts.tellAgain(cause)
    return { published: result }
  }
}

const shown = ({ number, isActive, isStocked, isLotTracked, hasLithium, isFood, shipsAlone, options, ...product }: Product) => ({
  product: number,
  ...product,
  active: isActive,
  stocked: isStocked,
  lotTracked: isLotTracked,
  lithium: hasLithium,
  food: isFood,
  shipAlone: shipsAlone,
  options: options.map(({ isRequired, choices, ...option }) => ({
    ...option,
    required: isRequired,
    choices: choices.map(({ priceDeltas, ...choice }) => ({
      ...choice,
      priceDeltaMinor: Object.fromEntries(Object.entries(priceDeltas).map(([currency, minor]) => [currency, Number(minor)])),
    })),
  })),
})
