import { Controller, Post } from '@nestjs/common'
import type { RequestCause } from '@waybill/kernel'
import { Caused, Roles } from '@waybill/service-kit'
import { RebuildViews } from '../use-cases/rebuild-views.js'

/** Views built anew from the kept facts. */
@Controller('v1/rebuild')
@Roles('admin')
export class RebuildController {
  constructor(private readonly rebuildViews: RebuildViews) {}

  @Post()
  async rebuild(@Caused() cause: RequestCause): Promise<{ facts: number }> {
    return { facts: await this.rebuildViews.run(cause) }
  }
}
