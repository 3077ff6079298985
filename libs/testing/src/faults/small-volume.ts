import { execFile } from 'node:child_process'
import { chmod, mkdtemp, open, rm, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** A file system of its own that is small enough to be filled. */
export interface SmallVolume {
  readonly directory: string
  /** Takes what is free, but for `leaving` bytes. */
  fill(leaving?: number): Promise<void>
  /** Gives back what `fill` took. */
  free(): Promise<void>
  /** Whatever used it must have ended. */
  remove(): Promise<void>
}

/** Why no small volume can be had here, or nothing. */
export const smallVolumeRefusal = (): string | undefined =>
  process.platform !== 'linux' ? `${process.platform} has no tmpfs` : process.getuid?.() !== 0 ? 'only root may mount a file system' : undefined

const CHUNK = Buffer.alloc(1024 * 1024)

/** A tmpfs of so many megabytes, which everybody may pass: PostgreSQL runs as somebody else. Throws where `smallVolumeRefusal` says why. */
export async function smallVolume(megabytes: number): Promise<SmallVolume> {
  const directory = await mkdtemp('/var/tmp/waybill-volume-')
  await chmod(directory, 0o755)
  await run('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=755`, 'tmpfs', directory])
  const filler = join(directory, 'filler')
  return {
    directory,
    fill: async (leaving = 0) => {
      const file = await open(filler, 'a')
      try {
        for (;;) {
          const { bavail, bsize } = await statfs(directory)
          const size = Math.min(CHUNK.length, bavail * bsize - leaving)
          if (size <= 0) return
          await file.write(CHUNK, 0, size)
        }
      } catch (error) {
        // Somebody else was faster with the last block.
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
      } finally {
        await file.close()
      }
    },
    free: () => rm(filler, { force: true }),
    remove: async () => {
      await run('umount', [directory])
      await rm(directory, { recursive: true })
    },
  }
}
