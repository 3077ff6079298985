import type { Bench } from '../run.js'
import { crash } from './crash.js'
import { flash } from './flash.js'
import { floor } from './floor.js'
import { flow } from './flow.js'
import { hotsku, reserve } from './reserve.js'
import { idle } from './idle.js'
import { intake } from './intake.js'
import { life } from './life.js'
import { open } from './open.js'
import { bus, relay } from './relay.js'
import { scale } from './scale.js'
import { start } from './start.js'

/** All benches, in the order in which they run. */
export const benches: Readonly<Record<string, Bench>> = { floor, intake, reserve, hotsku, relay, bus, flow, open, flash, scale, life, crash, idle, start }
