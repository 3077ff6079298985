/** The facts of one log line. Never a body, never personal data. */
export type LogData = Readonly<Record<string, unknown>>

/** What a service tells its operators, as JSON lines with the order id and trace id of what is being done. */
export abstract class Log {
  abstract debug(message: string, data?: LogData): void
  abstract info(message: string, data?: LogData): void
  abstract warn(message: string, data?: LogData): void
  /** `data.error` is written with its stack. */
  abstract error(message: string, data?: LogData): void
}
