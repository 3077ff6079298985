import type { MigrationInterface, QueryRunner } from 'typeorm'

/** A payment is authorized once: what the process decides under the order's lock, the table refuses a second time. The release before runs on it. */
export class OneAuthorization0003 implements MigrationInterface {
  name = 'OneAuthorization0003'

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE UNIQUE INDEX payment_operations_authorized_once ON payment_operations (payment_id) WHERE kind = 'authorize' AND status <> 'failed'`)
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only'))
  }
}
