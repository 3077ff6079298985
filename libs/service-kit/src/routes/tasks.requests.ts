import { IsString, Length } from 'class-validator'

/** How a person settled a task. */
export class CloseTaskRequest {
  @IsString()
  @Length(1, 500)
  resolution!: string
}
