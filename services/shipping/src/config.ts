import { config, duration, integer, list, url, type ConfigOf, type Env } from '@waybill/service-kit'

const settings = {
  carrierUrl: url('CARRIER_URL', { default: 'http://127.0.0.1:3011' }),
  /** A call without an answer by then is unknown, and is asked about. */
  carrierTimeoutMs: duration('CARRIER_TIMEOUT', { default: 10_000 }),
  /** Accepted signing secrets (`whsec_...`), several while one is being replaced. */
  carrierWebhookSecrets: list('CARRIER_WEBHOOK_SECRETS'),
  coolantHours: integer('COOLANT_HOURS', { default: 72, min: 1, max: 1_000 }),
  dataPatienceMs: duration('DATA_PATIENCE', { default: 900_000 }),
  detailsPatienceMs: duration('DETAILS_PATIENCE', { default: 3_600_000 }),
  firstCheckMs: duration('FIRST_CHECK', { default: 5_000 }),
  /** How long a scan of an unknown package is tried again. */
  scanPatienceMs: duration('SCAN_PATIENCE', { default: 86_400_000 }),
  /** Font files for names that the built-in fonts cannot print, tried in turn; a missing file is passed over. */
  labelFonts: list('LABEL_FONTS', {
    default: [
      '/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf',
      '/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc',
      '/usr/share/fonts/truetype/noto/NotoSansCJK-Regular.ttc',
      '/System/Library/Fonts/Supplemental/Arial Unicode.ttf',
    ],
  }),
}

/** What the shipping service reads from its environment. */
export type ShippingConfig = ConfigOf<typeof settings>
export const shippingConfig: (env: Env) => ShippingConfig = config(settings)
