import { randomBytes } from 'node:crypto'
import { link, statfs, unlink, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Check } from '../checkStorage.ts'
import { attempt, codeOf, NoFolderError } from './fsError.ts'
import { makeDirectory } from './makeDirectory.ts'

/** Below it a collector may be full within hours, bytes. */
const littleSpace = 1024 ** 3
const tooLittleSpace = 64 * 1024 ** 2

/** What a 201 is worth in this folder, and how much longer there will be any. */
export async function checkFolder({ base, sync = true }: { base: string; sync?: boolean | undefined }): Promise<Check[]> {
  const folder = resolve(base)
  await attempt('make', folder, () => makeDirectory(folder).catch(rethrow))
  return [await checkLinks(folder), await checkSpace(folder), checkSync(sync)]

  function rethrow(cause: unknown): never {
    throw codeOf(cause) === 'ENOTDIR' ? new NoFolderError(folder, cause) : cause
  }
}

async function checkLinks(folder: string): Promise<Check> {
  const name = 'fs hard links'
  // Named like the driver's own left-overs, which it sweeps.
  const [from, to] = [1, 2].map(() => join(folder, `doctor~${randomBytes(6).toString('hex')}`)) as [string, string]
  try {
    await writeFile(from, '', { mode: 0o600 })
    await link(from, to)
    return { name, ok: true, detail: 'values are created exclusively and never overwritten' }
  } catch (error) {
    const detail = `cannot make a hard link in ${folder} (${codeOf(error)})`
    return { name, ok: false, detail, remedy: 'choose a folder that this user may write to, on a file system with hard links' }
  } finally {
    // Where nothing can be written there is nothing to remove either, and the driver sweeps what is left.
    await Promise.allSettled([from, to].map((path) => unlink(path)))
  }
}

async function checkSpace(folder: string): Promise<Check> {
  const { bavail, bsize } = await statfs(folder)
  const free = bavail * bsize
  const detail = `${(free / 1024 ** 3).toFixed(1)} GiB free for this user`
  if (free >= littleSpace) return { name: 'fs free space', ok: true, detail }
  return { name: 'fs free space', ok: free < tooLittleSpace ? false : 'warning', detail, remedy: 'free some space, or choose another disk' }
}

function checkSync(sync: boolean): Check {
  if (sync) return { name: 'fs sync', ok: true, detail: 'a hit answered 201 is on the disk' }
  const detail = 'sync is off: a power failure loses hits that were answered 201'
  return { name: 'fs sync', ok: 'warning', detail, remedy: 'leave sync on' }
}
