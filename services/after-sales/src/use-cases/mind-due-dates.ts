import { Injectable } from '@nestjs/common'
import type { Cause, OrderId, ReturnId } from '@waybill/kernel'
import { CareStore } from '../care/care.store.js'
import type { Wake } from '../care/facts.js'
import { closeFeedback } from '../feedback/ask-feedback.js'
import { returnOverdue } from '../returns/work-return.js'

/** What happens when a due date passes: a return expires, a person is asked to act, a question is closed. */
@Injectable()
export class MindDueDates {
  constructor(private readonly care: CareStore) {}

  async run(kind: Wake['kind'], due: readonly { readonly cause: Cause; readonly subject: string; readonly order: OrderId }[]): Promise<void> {
    await this.care.change(due, (care, { subject }, { now }) =>
      kind === 'feedback-closing' ? closeFeedback(care, { feedback: subject }) : returnOverdue(care, { id: subject as ReturnId, kind }, now),
    )
  }
}
