import type { MigrationInterface, QueryRunner } from 'typeorm'

/** Remembers whose customers are to be forgotten. The previous release can run on it: the column has a default. */
export class Forgotten0002 implements MigrationInterface {
  name = 'Forgotten0002'

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE order_care ADD COLUMN is_forgotten boolean NOT NULL DEFAULT false')
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only.')
  }
}
