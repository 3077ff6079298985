import type { NewId } from '@waybill/kernel'
import { v7 } from 'uuid'

/** A new id: uuid v7, so that rows made together lie together. */
export const newId: NewId = () => v7()
