import { runSandbox } from '../program.js'
import { startMailCatcher } from './server.js'

await runSandbox('mail catcher', ['smtp-port'], async (at, text) => {
  const catcher = await startMailCatcher({ ...at, smtpPort: Number(text('smtp-port') ?? 0) })
  process.stdout.write(`mail catcher: ${catcher.smtpUrl}\n`)
  return catcher
})
