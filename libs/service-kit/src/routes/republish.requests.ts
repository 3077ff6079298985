import { IsInt, IsOptional, IsString, Length, Min } from 'class-validator'
import { ReasonRequest } from './parked.requests.js'

/** What is to be published again. */
export class RepublishRequest extends ReasonRequest {
  @IsString()
  @Length(1, 200)
  topic!: string

  /** Left out: all keys of a compacted topic. */
  @IsOptional()
  @IsString()
  @Length(1, 512)
  subject?: string

  /** The first fact wanted, where facts are numbered. */
  @IsOptional()
  @IsInt()
  @Min(1)
  from?: number
}
