import { ArrayMaxSize, ArrayUnique, IsArray, IsIn, IsInt, IsOptional, IsString, Max, MaxLength, Min } from 'class-validator'
import { code } from '@waybill/service-kit'
import { feedbackCauses, type FeedbackCause } from '../feedback/feedback.js'

export class FeedbackRequest {
  /** 1 very bad to 5 very good. */
  @IsInt(code('invalid-number'))
  @Min(1, code('invalid-number'))
  @Max(5, code('invalid-number'))
  csat!: number

  /** 0 to 10: would you recommend us? */
  @IsOptional()
  @IsInt(code('invalid-number'))
  @Min(0, code('invalid-number'))
  @Max(10, code('invalid-number'))
  nps?: number

  @IsOptional()
  @IsArray(code('invalid-array'))
  @ArrayMaxSize(10, code('too-many-items'))
  @ArrayUnique(code('invalid-array'))
  @IsIn(feedbackCauses, { each: true, ...code('invalid-value') })
  causes?: FeedbackCause[]

  @IsOptional()
  @IsString(code('invalid-text'))
  @MaxLength(2000, code('too-long'))
  text?: string
}
