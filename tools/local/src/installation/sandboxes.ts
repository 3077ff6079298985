import { join } from 'node:path'
import { local } from './environment.js'
import type { Ports } from './ports.js'
import type { Secrets } from './secrets.js'
import { SupervisedProcess } from './supervised-process.js'

/** The outside world of an installation, each part in a process of its own. */
export interface RunningSandboxes {
  readonly paymentsUrl: string
  readonly carriersUrl: string
  readonly mailUrl: string
  stop(): Promise<void>
}

/** How the outside world differs from its usual self. */
export interface SandboxOptions {
  readonly directory: string
  readonly logs: string
  readonly ports: Ports
  readonly secrets: Secrets
  /** How many times faster than in the world carriers deliver. */
  readonly carrierSpeed?: number
  readonly seed?: number
  readonly signal: AbortSignal | undefined
  readonly say: (line: string) => void
}

/** Starts payment provider, carriers and mail catcher; they keep their ledgers in `directory`. */
export async function startSandboxes({ directory, logs, ports, secrets, carrierSpeed, seed, signal, say }: SandboxOptions): Promise<RunningSandboxes> {
  const program = (name: string, folder: string, port: number, args: readonly string[]): Promise<SupervisedProcess> =>
    SupervisedProcess.start({
      name,
      file: join(import.meta.dirname, '..', 'sandbox', folder, 'main.js'),
      args: ['--data', directory, '--port', String(port), ...args],
      nodeArgs: ['--max-old-space-size=256'],
      readyUrl: `${local(port)}/health`,
      directory: logs,
      signal,
      onCrash: (how) => say(`Sandbox: ${how}; it is started again`),
    })
  const started = await Promise.allSettled([
    program('sandbox-payments', 'payment-provider', ports.payments, ['--api-key', secrets.paymentApiKey]),
    program('sandbox-carriers', 'carriers', ports.carriers, [
      '--webhook-url',
      `${local(ports.shipping)}/v1/webhooks/carriers/sandbox`,
      '--webhook-secret',
      secrets.trackingSecret,
      ...(carrierSpeed === undefined ? [] : ['--speed', String(carrierSpeed)]),
      ...(seed === undefined ? [] : ['--seed', String(seed)]),
    ]),
    program('sandbox-mail', 'mail', ports.mail, ['--smtp-port', String(ports.smtp)]),
  ])
  const stop = async (): Promise<void> => {
    await Promise.all(started.flatMap((one) => (one.status === 'fulfilled' ? [one.value.stop()] : [])))
  }
  for (const one of started) {
    if (one.status === 'rejected') {
      await stop()
      throw one.reason
    }
  }
  return { paymentsUrl: local(ports.payments), carriersUrl: local(ports.carriers), mailUrl: local(ports.mail), stop }
}
