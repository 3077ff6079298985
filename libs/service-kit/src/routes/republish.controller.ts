import { Body, Controller, HttpCode, Inject, Post } from '@nestjs/common'
import type { Messaging } from '@waybill/messaging'
import { actorOf, type Principal } from '../principal.js'
import { Problem } from '../problem.js'
import { Roles, Who } from '../route.decorators.js'
import { MESSAGING } from '../tokens.js'
import { RepublishRequest } from './republish.requests.js'

@Roles('operator')
@Controller('ops/republish')
export class RepublishController {
  constructor(@Inject(MESSAGING) private readonly messaging: Messaging) {}

  /**
   * Publishes facts of this service once more: of a compacted topic as the owner's table has them now, one key (`subject`) or all;
   * of another topic the facts of a subject as the journal has them, from the one named on. Readers drop what they had.
   */
  @Post()
  @HttpCode(202)
  async again(@Body() { topic, subject, from, why }: RepublishRequest, @Who() who: Principal): Promise<{ topic: string }> {
    const refusal = await this.messaging.publishAgain({ topic, ...(subject === undefined ? {} : { subject }), from: from ?? 1 }, { who: actorOf(who), why })
    if (refusal !== undefined) throw new Problem('invalid-request', { detail: refusal })
    return { topic }
  }
}
