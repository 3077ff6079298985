import { NotMade } from '../not-made.js'
import type { Make } from '../scene.js'

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`

/** F5, F6. */
export const brokerKill: Make = async ({ servers, over }, { forMs }) => {
  return `back after ${seconds(await servers.killBroker(forMs, over))}`
}

/** F7. */
export const databaseStop: Make = async ({ servers, over }, { forMs }) => {
  return `back after ${seconds(await servers.endDatabase('SIGQUIT', forMs, over))}`
}

/** F7. */
export const databaseKill: Make = async ({ servers, over }, { forMs }) => {
  return `back after ${seconds(await servers.endDatabase('SIGKILL', forMs, over))}`
}

/** F7. */
export const backends: Make = async ({ installation, servers }, { service }) => {
  const database = new URL(installation.databases[service]).pathname.slice(1)
  const ended = await servers.terminateBackends(database)
  if (ended === 0) throw new NotMade(`${service} had no session`)
  return `${ended} of ${service}`
}
