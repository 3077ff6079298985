export { controlProcess, type ControlledProcess, type Ending, type ProgramToControl } from './controlled-process.js'
export { startProxy, type FaultPlan, type Proxy, type ProxyOptions } from './proxy.js'
export { seeded, type Seeded } from './seeded.js'
export { smallVolume, smallVolumeRefusal, type SmallVolume } from './small-volume.js'
