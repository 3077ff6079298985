import { Body, Controller, Get, HttpCode, Injectable, Module, Param, Post, Query, Res } from '@nestjs/common'
import { OrderPlaced } from '@waybill/contracts'
import type { Cause, RequestCause } from '@waybill/kernel'
import { houseRegistry, On, Poison, type Received } from '@waybill/messaging'
import { Type } from 'class-transformer'
import { ArrayMaxSize, ArrayMinSize, IsArray, IsInt, IsOptional, IsString, Length, Max, Min, ValidateNested } from 'class-validator'
import { createHash } from 'node:crypto'
import type { FastifyReply } from 'fastify'
import type { MigrationInterface, QueryRunner } from 'typeorm'
import {
  BulkRoute, Caused, code, config, defineService, OnTimer, Public, RawBody, replied, Roles, StreamBody, text, UnitOfWork, uuidOf, Who,
  type Due, type Principal, type Tx,
} from '../src/index.js'

class Counters0001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`create table counters (name text primary key, value int not null check (value >= 0))`)
  }

  down(): Promise<void> {
    return Promise.reject(new Error('forward only'))
  }
}

class Step {
  @IsInt()
  @Min(1)
  @Max(1_000)
  by!: number
}

class AddRequest {
  @IsArray(code('invalid-array'))
  @ArrayMinSize(1, code('invalid-array'))
  @ArrayMaxSize(5, code('too-many-items'))
  @ValidateNested({ each: true })
  @Type(() => Step)
  steps!: Step[]

  @IsOptional()
  @IsString()
  @Length(1, 20)
  note?: string
}

/** Adds up, so that doing a thing twice shows. */
export const add = async (tx: Tx, name: string, by: number): Promise<number> => {
  const [row] = await tx.query<{ value: number }>(
    'sample.add',
    `insert into counters as c (name, value) values ($1, $2) on conflict (name) do update set value = c.value + excluded.value returning value`,
    [name, by],
  )
  return row?.value ?? 0
}

/** What the sample's timers do: tests say it. */
@Injectable()
export class SampleTimers {
  handle: (due: readonly Due[]) => Promise<void> = () => Promise.resolve()

  @OnTimer('sample', { batch: 10 })
  async sample(due: readonly Due[]): Promise<void> {
    await this.handle(due)
  }
}

/** What the sample's slow route waits for: tests say it. */
@Injectable()
export class SampleGate {
  pass: Promise<void> = Promise.resolve()
  entered = 0
}

/** Which orders the sample cannot handle: tests say it. */
@Injectable()
export class SampleRefusals {
  readonly references = new Set<string>()
}

@Controller('v1/counters')
class CountersController {
  constructor(
    private readonly uow: UnitOfWork,
    private readonly gate: SampleGate,
  ) {}

  @Post('raw')
  @RawBody()
  @Public()
  raw(@Body() body: Buffer): object {
    return { sha256: createHash('sha256').update(body).digest('hex') }
  }

  @Post('file')
  @StreamBody()
  @Roles('operator')
  async file(@Body() body: NodeJS.ReadableStream): Promise<object> {
    let bytes = 0
    for await (const chunk of body) bytes += (chunk as Buffer).length
    return { bytes }
  }

  @Post('bulk')
  @BulkRoute()
  @Roles('operator')
  bulk(@Body() body: Record<string, unknown>): object {
    return { keys: Object.keys(body).length }
  }

  @Get('boom/:what')
  @Public()
  async boom(@Param('what') what: string): Promise<unknown> {
    const statements: Readonly<Record<string, string>> = {
      null: `select convert_from('\\x00', 'UTF8')`,
      overflow: 'select 2147483648::int',
      date: `select '2026-02-30'::date`,
      defect: 'select nothing from nowhere',
    }
    const statement = statements[what]
    if (statement === undefined) throw new Error('a secret: hunter2')
    return this.uow.query(`sample.boom.${what}`, statement)
  }

  @Get('id/:id')
  @Public()
  id(@Param('id') id: string): object {
    return { id: uuidOf(id) }
  }

  @Get('who')
  @Roles('agent', 'channel')
  who(@Who() principal: Principal): Principal {
    return principal
  }

  @Get()
  @Roles('agent')
  list(@Query() query: object): object {
    return query
  }

  @Post(':name/add')
  @HttpCode(200)
  @Roles('agent', 'channel')
  async add(
    @Param('name') name: string,
    @Body() { steps }: AddRequest,
    @Caused() cause: RequestCause,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    const [outcome] = await this.uow.change([{ cause: cause as Cause }], async (tx) => {
      this.gate.entered++
      const value = await add(tx, name, steps.reduce((sum, { by }) => sum + by, 0))
      await this.gate.pass
      return [{ name, value }]
    })
    return replied(reply, outcome)
  }
}

/** Counts the orders of a channel; what a test refuses is poison. */
@Controller()
class OrderEventsConsumer {
  constructor(
    private readonly uow: UnitOfWork,
    private readonly refusing: SampleRefusals,
  ) {}

  @On(OrderPlaced)
  async placed(batch: readonly Received<OrderPlaced>[]): Promise<void> {
    await this.uow.change(batch, async (tx, fresh) => {
      for (const { cause, payload } of fresh) {
        if (this.refusing.references.has(payload.reference)) throw new Poison(cause.eventId, 'sample-refusal', `refuses ${payload.reference}`)
        await add(tx, payload.channel, 1)
      }
    })
  }
}

@Module({ controllers: [CountersController, OrderEventsConsumer], providers: [SampleTimers, SampleGate, SampleRefusals] })
class SampleModule {}

/** A service with nothing but what the kit gives. */
export const sample = defineService({
  name: 'kit-sample',
  config: config({ greeting: text('GREETING', { default: 'hello' }) }),
  module: () => SampleModule,
  migrations: [Counters0001],
  group: 'kit-sample.main',
  registry: { ...houseRegistry, consumers: { 'kit-sample.main': { service: 'console', handles: [OrderPlaced] } } },
})
