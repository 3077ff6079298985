/** What a company sets for itself. */
export abstract class StockRules {
  /** How long an order waits for data of its products and lanes before it is refused. Unit: ms. */
  abstract readonly waitForDataMs: number
  /** After so many days a backorder without a date goes to a person. Source: domain flow 2. */
  abstract readonly dueWithoutDateDays: number
}
