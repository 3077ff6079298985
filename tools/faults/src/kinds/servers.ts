import type { Make } from '../scene.js'

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`

/** F5, F6. */
export const brokerKill: Make = async ({ servers }, { forMs }) => {
  const started = Date.now()
  await servers.killBroker(forMs)
  return `back after ${seconds(Date.now() - started)}`
}

/** F7. */
export const databaseStop: Make = async ({ servers }, { forMs }) => {
  const started = Date.now()
  await servers.endDatabase('SIGQUIT', forMs)
  return `back after ${seconds(Date.now() - started)}`
}

/** F7. */
export const databaseKill: Make = async ({ servers }, { forMs }) => {
  const started = Date.now()
  await servers.endDatabase('SIGKILL', forMs)
  return `back after ${seconds(Date.now() - started)}`
}

/** F7. */
export const backends: Make = async ({ installation, servers }, { service }) => {
  const database = new URL(installation.databases[service]).pathname.slice(1)
  return `${await servers.terminateBackends(database)} of ${service}`
}
