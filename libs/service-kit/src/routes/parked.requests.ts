import { IsObject, IsOptional, IsString, Length } from 'class-validator'
import type { JsonObject } from '@waybill/kernel'

/** Why an operator acts: recorded with the act. */
export class ReasonRequest {
  @IsString()
  @Length(1, 500)
  why!: string
}

/** One key, or every key whose first message failed with this code. */
export class RetryParkedRequest extends ReasonRequest {
  @IsOptional()
  @IsString()
  @Length(1, 200)
  topic?: string

  @IsOptional()
  @IsString()
  @Length(1, 512)
  key?: string

  @IsOptional()
  @IsString()
  @Length(1, 100)
  code?: string
}

/** What the message should have said. */
export class EditParkedRequest extends ReasonRequest {
  @IsObject()
  payload!: JsonObject
}
