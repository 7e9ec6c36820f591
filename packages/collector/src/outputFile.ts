import { existsSync } from 'node:fs'
import { lstat, open, rename, stat, unlink } from 'node:fs/promises'
import { dirname } from 'node:path'
import { ConfigError } from './settings.ts'

/** Where bytes go that somebody else reads. */
export interface Output {
  /** Resolves when more may come. False when nobody takes any more. */
  write(bytes: Uint8Array): Promise<boolean>
  /** Makes it count: before that there is no file of its name. */
  finish(): Promise<void>
  /** Leaves nothing behind. */
  discard(): Promise<void>
}

/**
 * A file that is there as a whole or not at all: written as `path~`, and renamed at the end.
 * @throws ConfigError where there is one already and `force` is not set
 */
export async function createOutputFile(path: string, force: boolean): Promise<Output> {
  const aside = `${path}~`
  const assertFree = (): void => {
    if (!force && existsSync(path)) throw new ConfigError(`${path} is there already: name another file, or overwrite it with --force`)
  }
  if (await isDirectory(path)) throw new ConfigError(`${path} is a folder: name a file in it`)
  await assertOrdinary(path)
  assertFree()
  const handle = await open(aside, force ? 'w' : 'wx', 0o600).catch((cause: unknown) => {
    throw explain(cause, path, aside)
  })

  async function discard(): Promise<void> {
    await handle.close().catch(() => undefined)
    await unlink(aside).catch(() => undefined)
  }

  return {
    async write(bytes) {
      try {
        for (let at = 0; at < bytes.length; ) at += (await handle.write(bytes, at)).bytesWritten
        return true
      } catch (cause) {
        throw explain(cause, path, aside)
      }
    },
    async finish() {
      await handle.sync()
      await handle.close()
      assertFree()
      await assertOrdinary(path)
      await rename(aside, path)
    },
    discard,
  }
}

/**
 * Standard output: who reads it may go away (`| head`), and is not to be given more than it takes. Of what else goes wrong
 * there, `main` tells.
 */
export function createStandardOutput(stream: NodeJS.WriteStream = process.stdout): Output {
  let isGone = false
  let wake: (() => void) | undefined
  const onError = (): void => {
    isGone = true
    wake?.()
  }
  const onDrain = (): void => wake?.()
  stream.on('error', onError)
  stream.on('drain', onDrain)

  const write = async (bytes: Uint8Array): Promise<boolean> => {
    if (!isGone && !stream.write(bytes)) {
      // The error of this very write may come before or after.
      await new Promise<void>((resolve) => {
        wake = resolve
        if (isGone || !stream.writableNeedDrain) resolve()
      })
    }
    return !isGone
  }
  return { write, finish: async () => undefined, discard: async () => undefined }
}

/** Renaming would put a file in the place of a device, a pipe or a link: of `/dev/null`, say, for everybody on the machine. */
async function assertOrdinary(path: string): Promise<void> {
  const found = await lstat(path).catch(() => undefined)
  if (found && !found.isFile()) throw new ConfigError(`${path} is no ordinary file: name one, or leave --output out and redirect with >`)
}

async function isDirectory(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() === true
}

function explain(cause: unknown, path: string, aside: string): ConfigError {
  const { code, message } = cause as { code?: string; message: string }
  const problems: Record<string, string> = {
    EEXIST: `${aside} is there already: another export is writing it, or one was killed; delete it, or overwrite both with --force`,
    ENOENT: `there is no folder ${dirname(path)}: make it, or name another`,
    EACCES: `this user may not write ${path}: name another file`,
    ENOSPC: `the disk is full: free some space, or write ${path} elsewhere`,
  }
  return new ConfigError(problems[code ?? ''] ?? `could not write ${path}: ${message}`, { cause })
}
