import { Controller, Get, Res } from '@nestjs/common'
import type { FastifyReply } from 'fastify'
import { Health } from '../health.js'
import { Metrics } from '../metrics.js'
import { Public } from '../route.decorators.js'

/** For the platform: is it alive, may it get work, how is it doing. */
@Public()
@Controller()
export class HealthController {
  constructor(
    private readonly health: Health,
    private readonly metrics: Metrics,
  ) {}

  @Get('health/live')
  live(): object {
    return { alive: true }
  }

  /** Nothing answers before the service has started: the schema is there, its consumer runs. */
  @Get('health/startup')
  startup(): object {
    return { started: true }
  }

  @Get('health/ready')
  async ready(@Res() reply: FastifyReply): Promise<void> {
    const readiness = await this.health.readiness()
    await reply.code(readiness.ready ? 200 : 503).send(readiness)
  }

  @Get('metrics')
  async numbers(@Res() reply: FastifyReply): Promise<void> {
    const text = await this.metrics.registry.metrics()
    await reply.type(this.metrics.registry.contentType).send(text)
  }
}
