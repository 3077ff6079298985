import type { NewId } from '@waybill/kernel'
import { v7 } from 'uuid'

let make: NewId = v7

/** A new id: uuid v7, so that rows made together lie together. */
export const newId: NewId = () => make()

/** Has ids made otherwise from now on: by a simulation, in which the same seed gives the same ids. */
export function makeIdsBy(other: NewId): void {
  make = other
}
