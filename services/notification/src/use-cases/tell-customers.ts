import { Injectable } from '@nestjs/common'
import { Messages, type News } from '../messages/messages.js'

/** Writes down what customers are to be told, once for each thing that happened. */
@Injectable()
export class TellCustomers {
  constructor(private readonly messages: Messages) {}

  async run(news: readonly News[]): Promise<void> {
    await this.messages.intend(news)
  }
}
