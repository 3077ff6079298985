import { ArrayMaxSize, IsArray, IsInt, IsObject, IsOptional, IsString, Length, Matches, Min } from 'class-validator'
import { ReasonRequest } from './parked.requests.js'

/** These messages, or all open ones with this code. */
export class QuarantinedRequest extends ReasonRequest {
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(1_000)
  @Matches(/^\d{1,18}$/, { each: true })
  ids?: string[]

  @IsOptional()
  @IsString()
  @Length(1, 100)
  code?: string
}

/** What the message should have been: only what is given changes. */
export class EditQuarantinedRequest extends ReasonRequest {
  @IsOptional()
  @IsString()
  @Length(1, 512)
  key?: string

  @IsOptional()
  @IsObject()
  headers?: Record<string, string>

  @IsOptional()
  @IsString()
  payload?: string
}

/** Records that the broker has no more. */
export class AcceptLossRequest extends ReasonRequest {
  @IsString()
  @Length(1, 200)
  topic!: string

  @IsInt()
  @Min(0)
  partition!: number
}
