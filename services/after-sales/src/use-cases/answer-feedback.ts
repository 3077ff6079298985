import { Injectable } from '@nestjs/common'
import type { Cause } from '@waybill/kernel'
import { CareStore, type Answered } from '../care/care.store.js'
import { answerFeedback, type FeedbackOutcome } from '../feedback/ask-feedback.js'
import type { FeedbackAnswer } from '../feedback/feedback.js'

/** A customer says how it went. One answer a shipment. */
@Injectable()
export class AnswerFeedback {
  constructor(private readonly care: CareStore) {}

  async run(input: { readonly cause: Cause; readonly feedback: string; readonly answer: FeedbackAnswer }): Promise<Answered<FeedbackOutcome>> {
    const order = await this.care.orderOf(input)
    if (order === undefined) return { result: { status: 'refused', code: 'feedback-not-found' }, replayed: false }
    const [answer] = await this.care.change([{ ...input, order }], (care, each) => answerFeedback(care, each))
    return answer ?? { result: undefined, replayed: false }
  }
}
