import { execFile } from 'node:child_process'
import { chmod, cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'

const run = promisify(execFile)

describe('the Node that npm scripts run on', () => {
  let root: string
  const brought = `node-${process.platform}-${process.arch}`
  /** What `choose-node.mjs` answers in a project whose npm brought a Node of this version, or none. */
  const choose = async (options: { brought?: string; host: string }): Promise<{ version?: string; why?: string; refused?: string }> => {
    if (options.brought !== undefined) {
      const bin = join(root, 'node_modules', brought, 'bin')
      await mkdir(bin, { recursive: true })
      await writeFile(join(bin, 'node'), `#!/bin/sh\necho ${options.brought}\n`)
      await chmod(join(bin, 'node'), 0o755)
    }
    const script = `import { chooseNode } from ${JSON.stringify(join(import.meta.dirname, '..', 'choose-node.mjs'))}
      console.log(JSON.stringify(chooseNode(${JSON.stringify(root)}, { path: '/usr/bin/node', version: ${JSON.stringify(options.host)} })))`
    const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script])
    return JSON.parse(stdout) as object
  }

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'waybill-node-'))
  })
  afterEach(() => rm(root, { recursive: true }))

  test('the one that npm brought comes first, whatever the host has', async () => {
    for (const host of ['v20.20.2', 'v26.0.0']) {
      expect(await choose({ brought: 'v24.21.0', host })).toMatchObject({ version: 'v24.21.0', why: `brought by npm as ${brought}` })
    }
  })

  test.each(['v24.11.0', 'v24.11.1', 'v25.0.0'])('the host’s %s will do where npm brought none', async (host) => {
    expect(await choose({ host })).toMatchObject({ version: host, why: 'of this machine' })
  })

  test('one that cannot run here is passed over', async () => {
    expect(await choose({ brought: '"" && exit 127', host: 'v24.12.0' })).toMatchObject({ version: 'v24.12.0' })
  })

  test.each(['v20.20.2', 'v24.10.9'])('%s alone is refused with the fix', async (host) => {
    expect((await choose({ host })).refused).toMatch(/needs Node 24\.11\.0 or newer.*\nFix: run `npm ci`/)
  })

  test('a command that does not exist is refused, and exit codes are passed on', async () => {
    const runner = join(import.meta.dirname, '..', 'run.mjs')
    await expect(run(process.execPath, [runner, 'dance'])).rejects.toMatchObject({ code: 2, stderr: expect.stringContaining('start') })
    const failing = await mkdtemp(join(root, 'project-'))
    await cp(join(import.meta.dirname, '..', 'run.mjs'), join(failing, 'tools', 'local', 'run.mjs'))
    await cp(join(import.meta.dirname, '..', 'choose-node.mjs'), join(failing, 'tools', 'local', 'choose-node.mjs'))
    await mkdir(join(failing, 'tools', 'local', 'check'))
    await writeFile(join(failing, 'tools', 'local', 'check', 'check.mjs'), 'process.exit(Number(process.argv[2]))')
    await expect(run(process.execPath, [join(failing, 'tools', 'local', 'run.mjs'), 'check', '7'])).rejects.toMatchObject({ code: 7 })
  })
})
