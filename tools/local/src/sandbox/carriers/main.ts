import { runSandbox } from '../program.js'
import { startCarriers } from './server.js'

await runSandbox('sandbox carriers', ['webhook-url', 'webhook-secret', 'speed', 'seed', 'hand-over-after-ms'], (at, text) => {
  const url = text('webhook-url')
  const secret = text('webhook-secret')
  const speed = text('speed')
  const seed = text('seed')
  const handOverAfter = text('hand-over-after-ms')
  return startCarriers({
    ...at,
    ...(url === undefined || secret === undefined ? {} : { webhook: { url, secret } }),
    habits: { ...(speed === undefined ? {} : { speed: Number(speed) }), ...(seed === undefined ? {} : { seed: Number(seed) }) },
    ...(handOverAfter === undefined ? {} : { handOverAfterMs: Number(handOverAfter) }),
  })
})
