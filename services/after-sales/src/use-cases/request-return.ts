import { Injectable } from '@nestjs/common'
import type { Cause, OrderId } from '@waybill/kernel'
import { CareStore, type Answered } from '../care/care.store.js'
import { requestReturn, type RequestReturn as Request, type ReturnAnswer } from '../returns/request-return.js'

/** A customer, or an agent for him, asks to send units back; the policy answers at once where it can. */
@Injectable()
export class RequestReturn {
  constructor(private readonly care: CareStore) {}

  async run(wanted: { readonly cause: Cause; readonly order: OrderId } & Omit<Request, 'id'>): Promise<Answered<ReturnAnswer>> {
    const [answer] = await this.care.change([wanted], (care, { by, lines }, { now, newId }) => requestReturn(care, { id: newId() as Request['id'], by, lines }, now))
    return answer ?? { result: undefined, replayed: false }
  }
}
