import type { MigrationInterface, QueryRunner } from 'typeorm'

/** Every refused row of a file gets a key of its own, found by its order. The release before runs on it: what it writes opens with the import's key. */
export class KeysOfRows0004 implements MigrationInterface {
  name = 'KeysOfRows0004'

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE import_errors ADD COLUMN channel text, ADD COLUMN reference_key text, ADD COLUMN input_key uuid;
      CREATE INDEX import_errors_reference ON import_errors (channel, reference_key) WHERE reference_key IS NOT NULL;
      CREATE INDEX refused_input_reference ON refused_input (channel, upper(reference));
    `)
  }

  down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only'))
  }
}
