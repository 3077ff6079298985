import { Controller, Get, Inject, Query } from '@nestjs/common'
import { developmentToken } from '../authentication.js'
import type { KitConfig } from '../kit-config.js'
import { filterOf, wordOf, type QueryParameters } from '../paging.js'
import { roles } from '../principal.js'
import { Problem } from '../problem.js'
import { Public } from '../route.decorators.js'
import { KIT_CONFIG } from '../tokens.js'

/** The built-in development issuer: a token for the asking, only where AUTH_DEVELOPMENT_KEY is set. */
@Public()
@Controller('dev/token')
export class DevelopmentTokenController {
  constructor(@Inject(KIT_CONFIG) private readonly config: KitConfig) {}

  /** `?role=picker&name=Pia`, and `&channel=web` for the role channel. */
  @Get()
  async token(@Query() query: QueryParameters): Promise<object> {
    if (this.config.authDevelopmentKey === undefined) throw new Problem('not-found')
    const role = wordOf(query, 'role', roles) ?? 'agent'
    const name = filterOf(query, 'name')
    const channel = filterOf(query, 'channel') ?? (role === 'channel' ? 'web' : undefined)
    const subject = (name ?? role).toLowerCase().replace(/[^a-z0-9-]+/g, '-')
    const principal = { subject, role, ...(name === undefined ? {} : { name }), ...(channel === undefined ? {} : { channel }) }
    return { token: await developmentToken(this.config.authDevelopmentKey, principal), ...principal }
  }
}
