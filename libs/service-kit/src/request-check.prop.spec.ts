import 'reflect-metadata'
import { describe, expect, test } from '@jest/globals'
import { Transform, Type } from 'class-transformer'
import {
  ArrayMaxSize, ArrayMinSize, ArrayUnique, IsArray, IsBoolean, IsDateString, IsEmail, IsIn, IsInt, IsNotEmpty, IsNumber, IsObject, IsOptional, IsString,
  IsUUID, Length, Matches, Max, Min, ValidateIf, ValidateNested,
} from 'class-validator'
import fc from 'fast-check'
import { checkByValidator, checkRequest } from './request-check.js'
import { compileRules } from './request-rules.js'
import { checkShape } from './request-shape.js'
import { code } from './validation.js'

class Address {
  @IsString()
  @Length(1, 40)
  name!: string

  @IsOptional()
  @IsEmail({}, code('invalid-text'))
  email?: string

  @Matches(/^[A-Z]{2}$/)
  country!: string
}

class Line {
  @IsString(code('invalid-text'))
  @IsNotEmpty()
  product!: string

  @IsInt(code('invalid-number'))
  @Min(1, code('invalid-number'))
  @Max(1_000_000)
  quantity!: number

  @IsOptional()
  @IsNumber()
  weight?: number

  @IsOptional()
  @IsArray()
  @ArrayUnique()
  @IsString({ each: true })
  @Length(1, 5, { each: true })
  serials?: string[]
}

class Order {
  @IsUUID()
  id!: string

  @IsDateString()
  placedAt!: string

  @IsBoolean()
  isGift!: boolean

  @ValidateIf((order: Order) => order.isGift)
  @IsString()
  greeting?: string

  @IsIn(['economy', 'express'])
  preference!: string

  @IsObject()
  attributes!: object

  @ValidateNested()
  @Type(() => Address)
  address!: Address

  @IsOptional()
  @ValidateNested()
  @Type(() => Address)
  billing?: Address

  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(4, code('too-many-items'))
  @ValidateNested({ each: true })
  @Type(() => Line)
  lines!: Line[]
}

const good = {
  id: '0199a0b1-7c00-7000-8000-000000000001',
  placedAt: '2026-11-23T10:00:00Z',
  isGift: false,
  preference: 'express',
  attributes: { a: 1 },
  address: { name: 'Zoë', country: 'DE' },
  lines: [{ product: 'P-1', quantity: 2 }, { product: 'P-2', quantity: 1, weight: 0.5, serials: ['a', 'b'] }],
}

type Json = Record<string, unknown>

const paths: readonly (readonly (string | number)[])[] = [
  ...Object.keys({ ...good, greeting: '', billing: '', isAdmin: '' }).map((key) => [key]),
  ...['name', 'email', 'country', 'extra'].flatMap((key) => [['address', key], ['billing', key]]),
  ...[0, 1].flatMap((index) => ['product', 'quantity', 'weight', 'serials', 'status'].map((key) => ['lines', index, key])),
]

const junk = fc.oneof(
  fc.constantFrom(undefined, null, '', 'x', 'DE', true, 0, -1, -0, 1.5, 2 ** 31, Number.NaN, [], {}, [1], ['a', 'a'], ['toolong'], '2026-02-30', 'jane@example', [{ product: 'P', quantity: 1 }]),
  fc.jsonValue({ maxDepth: 2 }),
)

function put(document: Json, path: readonly (string | number)[], value: unknown): void {
  const [first, ...rest] = path
  if (first === undefined) return
  if (rest.length === 0) {
    if (value === undefined) delete document[first]
    else document[first] = value
  } else if (typeof document[first] === 'object' && document[first] !== null) put(document[first] as Json, rest, value)
}

const isShaped = (document: object): boolean => {
  try {
    checkShape(Order, document)
    return true
  } catch {
    return false
  }
}

describe('compiled rules and class-validator', () => {
  test('agree on every fault, its place and its code', async () => {
    expect(compileRules(Order)).toBeDefined()
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.constantFrom(...paths), junk), { maxLength: 4 }), async (changes) => {
        const document = structuredClone(good) as Json
        for (const [path, value] of changes) put(document, path, value)
        fc.pre(isShaped(document))
        const [ours, theirs] = [await checkRequest(structuredClone(document), Order), await checkByValidator(structuredClone(document), Order)]
        expect(ours.errors).toEqual(theirs.errors)
        if (ours.errors.length === 0) expect(JSON.parse(JSON.stringify(ours.request))).toEqual(JSON.parse(JSON.stringify(theirs.request)))
      }),
      { numRuns: 3_000 },
    )
  })

  test('make the same request of what is good, down to its classes', async () => {
    const { request } = await checkRequest(structuredClone(good), Order)
    expect(request).toBeInstanceOf(Order)
    expect((request as Order).lines[1]).toBeInstanceOf(Line)
    expect((request as Order).address).toBeInstanceOf(Address)
    expect(request).toEqual((await checkByValidator(structuredClone(good), Order)).request)
  })

  test('a class that transforms is left to class-validator', async () => {
    class Search {
      @Transform(({ value }) => Number(value))
      @IsInt()
      limit!: number
    }
    expect(compileRules(Search)).toBeUndefined()
    expect(await checkRequest({ limit: '5' }, Search)).toMatchObject({ request: { limit: 5 }, errors: [] })
  })
})
