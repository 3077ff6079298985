import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger'

/* What declarations look like, for the API's description; they are read row by row by readChannel, readProduct, readPrice and readTaxRate. */

const minor = { type: 'integer', minimum: 0, description: 'Minor units' } as const

export class FlatChargeRequest {
  @ApiProperty({ pattern: '^[A-Z]{3}$' }) currency!: string
  @ApiProperty(minor) chargeMinor!: number
  @ApiPropertyOptional({ ...minor, description: 'Goods of this worth ship free' }) freeFromMinor?: number
}

export class ShippingRuleRequest {
  @ApiProperty({ enum: ['none', 'given', 'flat'], description: 'given: each order says it' }) kind!: string
  @ApiPropertyOptional({ default: 'standard' }) taxCategory?: string
  @ApiPropertyOptional({ type: [FlatChargeRequest] }) charges?: FlatChargeRequest[]
}

export class ChannelRequest {
  @ApiProperty({ maxLength: 64 }) code!: string
  @ApiPropertyOptional({ maxLength: 200 }) name?: string
  @ApiPropertyOptional({ maxLength: 64 }) brand?: string
  @ApiProperty({ type: [String], description: 'ISO 4217' }) currencies!: string[]
  @ApiPropertyOptional({ description: 'Default: the first of currencies' }) defaultCurrency?: string
  @ApiPropertyOptional({ enum: ['ours', 'channel'], default: 'ours', description: 'channel: prices and payment that the channel took' }) pricing?: string
  @ApiPropertyOptional({ default: false }) pricesIncludeTax?: boolean
  @ApiPropertyOptional({ type: ShippingRuleRequest }) shipping?: ShippingRuleRequest
  @ApiPropertyOptional({ type: 'integer', minimum: 0, maximum: 1_000_000, default: 0, description: 'Discount of orders that bring none; 50000 is 5 %' }) discountPpm?: number
}

export class ComponentRequest {
  @ApiProperty() product!: string
  @ApiPropertyOptional({ type: 'integer', minimum: 1, default: 1 }) quantity?: number
}

export class ChoiceRequest {
  @ApiProperty() code!: string
  @ApiPropertyOptional() name?: string
  @ApiPropertyOptional({ type: 'object', additionalProperties: { type: 'integer' }, description: 'Currency -> minor units added to the price' }) priceDeltaMinor?: Record<string, number>
  @ApiPropertyOptional({ type: ComponentRequest }) component?: ComponentRequest
}

export class OptionRequest {
  @ApiProperty() code!: string
  @ApiPropertyOptional() name?: string
  @ApiPropertyOptional({ default: true }) required?: boolean
  @ApiProperty({ type: [ChoiceRequest] }) choices!: ChoiceRequest[]
}

export class ProductRequest {
  @ApiProperty({ maxLength: 64, description: "The company's own number" }) product!: string
  @ApiProperty({ maxLength: 200 }) name!: string
  @ApiPropertyOptional() category?: string
  @ApiPropertyOptional() brand?: string
  @ApiPropertyOptional({ pattern: '^\\d{8,14}$' }) gtin?: string
  @ApiPropertyOptional({ default: 'standard' }) taxCategory?: string
  @ApiPropertyOptional({ default: true }) active?: boolean
  @ApiPropertyOptional({ default: true, description: 'false: a bundle, only its components leave a shelf' }) stocked?: boolean
  @ApiPropertyOptional({ isArray: true, enum: ['standard', 'fragile', 'liquid', 'chilled', 'frozen', 'dangerous', 'high-value'] }) handling?: string[]
  @ApiPropertyOptional({ maxLength: 500 }) handlingInstruction?: string
  @ApiProperty({ type: 'integer', minimum: 1 }) weightGrams!: number
  @ApiPropertyOptional({ type: 'integer', minimum: 1, default: 100 }) lengthMm?: number
  @ApiPropertyOptional({ type: 'integer', minimum: 1, default: 100 }) widthMm?: number
  @ApiPropertyOptional({ type: 'integer', minimum: 1, default: 100 }) heightMm?: number
  @ApiPropertyOptional({ default: false }) lotTracked?: boolean
  @ApiPropertyOptional({ type: 'integer', minimum: 0, default: 0 }) minimumRemainingDays?: number
  @ApiPropertyOptional() dangerousGroup?: string
  @ApiPropertyOptional({ default: false }) lithium?: boolean
  @ApiPropertyOptional({ default: false }) food?: boolean
  @ApiPropertyOptional({ default: false }) shipAlone?: boolean
  @ApiPropertyOptional({ type: [ComponentRequest] }) components?: ComponentRequest[]
  @ApiPropertyOptional({ type: [OptionRequest] }) options?: OptionRequest[]
}

export class PriceRequest {
  @ApiProperty() channel!: string
  @ApiProperty({ pattern: '^[A-Z]{3}$' }) currency!: string
  @ApiProperty() product!: string
  @ApiProperty(minor) priceMinor!: number
  @ApiPropertyOptional({ description: 'A moment, or a day (its first moment, UTC); default: now' }) from?: string
}

export class TaxRateRequest {
  @ApiProperty({ description: 'ISO 3166-1 alpha-2, or * for every other country' }) country!: string
  @ApiPropertyOptional({ description: 'As addresses name it' }) region?: string
  @ApiPropertyOptional({ default: 'standard' }) category?: string
  @ApiProperty({ example: '19', pattern: '^\\d{1,3}(\\.\\d{1,4})?$' }) ratePercent!: string
  @ApiPropertyOptional({ description: 'A moment, or a day (its first moment, UTC); default: now' }) from?: string
}

export class ChannelRows {
  @ApiProperty({ type: [ChannelRequest], maxItems: 500 }) rows!: ChannelRequest[]
}
export class ProductRows {
  @ApiProperty({ type: [ProductRequest], maxItems: 500 }) rows!: ProductRequest[]
}
export class PriceRows {
  @ApiProperty({ type: [PriceRequest], maxItems: 500 }) rows!: PriceRequest[]
}
export class TaxRateRows {
  @ApiProperty({ type: [TaxRateRequest], maxItems: 500 }) rows!: TaxRateRequest[]
}
