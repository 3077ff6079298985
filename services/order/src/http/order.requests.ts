import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger'

/*
 * What orders look like, for the API's description. They are read by readSubmission, the one reader of all doors:
 * it names the code and pointer of every fault, and checks 500 lines in well under a millisecond where class-validator
 * takes 40. A test holds both against each other.
 */

const amount = { type: 'integer', minimum: 0, maximum: 9_000_000_000_000_000, description: 'Minor units of the currency' } as const

export class OrderCustomer {
  @ApiProperty({ maxLength: 200 }) name!: string
  @ApiProperty({ maxLength: 254, format: 'email' }) email!: string
  @ApiPropertyOptional({ maxLength: 40 }) phone?: string
  @ApiPropertyOptional({ default: 'en', example: 'pt-BR' }) language?: string
}

export class OrderAddress {
  @ApiPropertyOptional({ maxLength: 200, description: 'Who receives it, if not the customer' }) name?: string
  @ApiProperty({ maxLength: 200 }) street!: string
  @ApiPropertyOptional({ maxLength: 200 }) street2?: string
  @ApiPropertyOptional({ maxLength: 16 }) postalCode?: string
  @ApiProperty({ maxLength: 100 }) city!: string
  @ApiPropertyOptional({ maxLength: 64 }) region?: string
  @ApiProperty({ pattern: '^[A-Z]{2}$', description: 'ISO 3166-1 alpha-2' }) country!: string
}

export class OrderDelivery {
  @ApiPropertyOptional({ enum: ['economy', 'standard', 'express', 'green'], default: 'standard' }) preference?: string
  @ApiPropertyOptional({ isArray: true, enum: ['road', 'air', 'water', 'rail'] }) forbiddenModes?: string[]
}

export class OrderLineRequest {
  @ApiProperty({ maxLength: 64 }) product!: string
  @ApiProperty({ type: 'integer', minimum: 1, maximum: 1_000_000 }) units!: number
  @ApiPropertyOptional({ type: 'object', additionalProperties: { type: 'string' }, description: 'Option -> choice' }) options?: Record<string, string>
  @ApiPropertyOptional({ ...amount, description: 'Checked against our price; required where the channel prices' }) unitPriceMinor?: number
  @ApiPropertyOptional({ ...amount, description: 'Of the whole line' }) taxMinor?: number
  @ApiPropertyOptional({ description: 'That of the order, if said at all' }) currency?: string
}

export class OrderPaymentRequest {
  @ApiPropertyOptional({ maxLength: 200, description: 'Means of payment at our provider' }) token?: string
  @ApiPropertyOptional({ ...amount, description: 'What the channel took from its customer' }) capturedMinor?: number
}

/** An order as a channel hands it in. */
export class PlaceOrderRequest {
  @ApiProperty({ maxLength: 64 }) channel!: string
  @ApiProperty({ pattern: '^[A-Za-z0-9][A-Za-z0-9._:/#-]{0,63}$', description: "The channel's own number; case does not make another" }) reference!: string
  @ApiPropertyOptional({ format: 'date-time' }) placedAt?: string
  @ApiPropertyOptional({ pattern: '^[A-Z]{3}$', description: "ISO 4217; default: the channel's" }) currency?: string
  @ApiProperty({ type: OrderCustomer }) customer!: OrderCustomer
  @ApiProperty({ type: OrderAddress }) deliveryAddress!: OrderAddress
  @ApiPropertyOptional({ type: OrderDelivery }) delivery?: OrderDelivery
  @ApiProperty({ type: [OrderLineRequest], minItems: 1, maxItems: 500 }) lines!: OrderLineRequest[]
  @ApiPropertyOptional(amount) discountMinor?: number
  @ApiPropertyOptional(amount) shippingMinor?: number
  @ApiPropertyOptional({ ...amount, description: 'Checked to the minor unit' }) totalMinor?: number
  @ApiPropertyOptional({ type: OrderPaymentRequest }) payment?: OrderPaymentRequest
  @ApiPropertyOptional({ type: 'integer', minimum: 0, maximum: 9, default: 5 }) priority?: number
}

export class PlaceOrdersRequest {
  @ApiProperty({ type: [PlaceOrderRequest], minItems: 1, maxItems: 500 }) orders!: PlaceOrderRequest[]
}
