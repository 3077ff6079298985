import type { FulfillmentId, JsonObject, LocationId, ProductId } from '@waybill/kernel'
import type { Mishandling } from './mishandling.js'
import type { PickList, PickTask, PickTaskStep } from './pick-task.js'

/** A scan as it was answered, so that the same scan id gets the same answer. */
export interface AnsweredScan {
  readonly task: string
  readonly scanId: string
  readonly picker: string
  readonly units: number
  readonly serial: string | null
  readonly product: ProductId
  readonly fulfillment: FulfillmentId
  readonly answer: JsonObject
}

/** Pick lists, tasks and scans, inside a transaction. A list is locked before its fulfillments, these before their bins. */
export interface Picking {
  /** The list this picker has begun, else the most urgent open one, which is not yet anybody's. */
  lockList(location: LocationId, picker: string): Promise<PickList | undefined>
  lockLists(ids: readonly string[]): Promise<readonly (PickList & { readonly activeAt: Date | null })[]>
  saveList(list: PickList): Promise<void>
  addLists(lists: readonly PickList[]): Promise<void>
  /** Where a task belongs, without a lock. */
  listOfTask(task: string): Promise<string | undefined>
  tasksOfList(list: string): Promise<readonly PickTask[]>
  tasksOfFulfillments(ids: readonly FulfillmentId[]): Promise<readonly PickTask[]>
  save(tasks: readonly PickTask[], steps: readonly PickTaskStep[]): Promise<void>
  /** What the scan was answered, if it came before. */
  scan(task: string, scanId: string): Promise<JsonObject | undefined>
  keepScan(scan: AnsweredScan): Promise<void>
  /** For whom the piece was picked. */
  fulfillmentOfSerial(product: ProductId, serial: string): Promise<FulfillmentId | undefined>
  note(slips: readonly Mishandling[]): Promise<void>
}
