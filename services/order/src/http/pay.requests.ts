import { ApiProperty } from '@nestjs/swagger'
import { code } from '@waybill/service-kit'
import { IsString, Length } from 'class-validator'

/** Another way to pay. */
export class PayRequest {
  /** Means of payment, as the provider's own form in the customer's browser gave it. */
  @ApiProperty({ minLength: 1, maxLength: 200, example: 'tok_ok' })
  @IsString(code('invalid-text'))
  @Length(1, 200, code('invalid-text'))
  token!: string
}
