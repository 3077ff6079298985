import { All, Controller, Param, Req, Res } from '@nestjs/common'
import { Problem, Roles } from '@waybill/service-kit'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Neighbours } from '../operations/neighbours.js'
import { headersOf } from './tasks.controller.js'

/** The parts of a neighbour that people may reach through the console. */
const REACHABLE = /^(ops\/[\w/.-]+|v1\/orders|v1\/stock|v1\/availability|v1\/backorders|v1\/fulfillments(\/[\w-]+)?|v1\/shipments(\/[\w-]+(\/why)?)?|v1\/returns(\/[\w-]+\/\w+)?|v1\/feedback|v1\/messages)$/

/** Operator tools and lists of the other services, behind the console's one address. */
@Controller('v1/services')
@Roles('agent', 'operator')
export class ServicesController {
  constructor(private readonly neighbours: Neighbours) {}

  @All(':service/*')
  async pass(@Param('service') service: string, @Param('*') path: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    if (!REACHABLE.test(path)) throw new Problem('not-found')
    const query = request.url.includes('?') ? request.url.slice(request.url.indexOf('?')) : ''
    const answer = await this.neighbours.ask(service, {
      method: request.method,
      path: `/${path}${query}`,
      headers: headersOf(request),
      ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
    })
    if (!answer) throw new Problem('not-found', { detail: `There is no service ${service.slice(0, 40)}` })
    await reply.status(answer.status).headers(answer.headers).send(answer.body)
  }
}
