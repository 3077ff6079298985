import { asId } from '@waybill/kernel'
import { UnitOfWork } from '@waybill/service-kit'
import { OpenCalls, type OpenCall } from '../payments/open-calls.js'
import { operationColumns, operationOf, type OperationRow } from './order-file.row.js'

export class PostgresOpenCalls extends OpenCalls {
  constructor(private readonly uow: UnitOfWork) {
    super()
  }

  async find(operations: readonly string[]): Promise<readonly OpenCall[]> {
    const rows = await this.uow.query<OperationRow & { readonly currency: string }>(
      'payments.open-calls',
      `SELECT ${operationColumns}, currency FROM payment_operations WHERE id = ANY ($1::uuid[]) AND status IN ('intent', 'unknown')`,
      [operations],
    )
    return rows.map((row) => ({ ...operationOf(row), order: asId(row.order_id), currency: row.currency }))
  }
}
