import { config, duration, text, url, type ConfigOf, type Env } from '@waybill/service-kit'

const settings = {
  smtpUrl: url('SMTP_URL', { schemes: ['smtp', 'smtps'], default: 'smtp://127.0.0.1:3025' }),
  smtpTimeoutMs: duration('SMTP_TIMEOUT', { default: 20_000 }),
  mailFrom: text('MAIL_FROM', { default: 'Waybill <no-reply@waybill.example>' }),
  publicUrlOrder: url('PUBLIC_URL_ORDER', { default: 'http://127.0.0.1:3001' }),
  publicUrlShipping: url('PUBLIC_URL_SHIPPING', { default: 'http://127.0.0.1:3004' }),
  publicUrlAfterSales: url('PUBLIC_URL_AFTER_SALES', { default: 'http://127.0.0.1:3005' }),
  retryFirstMs: duration('MAIL_RETRY_FIRST', { default: 10_000 }),
  mailPatienceMs: duration('MAIL_PATIENCE', { default: 86_400_000 }),
  detailsPatienceMs: duration('DETAILS_PATIENCE', { default: 3_600_000 }),
  firstCheckMs: duration('FIRST_CHECK', { default: 5_000 }),
}

/** What the notification service reads from its environment. */
export type NotificationConfig = ConfigOf<typeof settings>
export const notificationConfig: (env: Env) => NotificationConfig = config(settings)
