import { IsOptional, IsString, Length } from 'class-validator'

/** Which parked keys of all services are tried again, and why. */
export class RetryEverywhereRequest {
  /** Those whose first message failed with this code. */
  @IsString()
  @Length(1, 100)
  code!: string

  /** Only those of this topic. */
  @IsOptional()
  @IsString()
  @Length(1, 200)
  topic?: string

  /** Only those of this service. */
  @IsOptional()
  @IsString()
  @Length(1, 40)
  service?: string

  /** Recorded with the act, in every service. */
  @IsString()
  @Length(1, 500)
  why!: string
}
