import { Buffer } from 'node:buffer'
import { open } from 'node:fs/promises'
import { unlessMissing } from '../drivers/fsError.ts'
import { header } from './lines.ts'

/** The first bytes of a file, enough for its first line; '' if there is none. */
export async function readHead(path: string): Promise<string> {
  const handle = await unlessMissing(open(path, 'r'))
  if (handle === undefined) return ''
  try {
    const bytes = Buffer.alloc(2 * header.length)
    const { bytesRead } = await handle.read(bytes, 0, bytes.length, 0)
    return bytes.toString('latin1', 0, bytesRead)
  } finally {
    await handle.close()
  }
}
