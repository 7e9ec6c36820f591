import { Buffer } from 'node:buffer'
import { close, fstat, open, read } from 'node:fs'
import { promisify } from 'node:util'

// Plain descriptors: the handles of fs/promises cost several times what reading some kilobytes does.
const openFile = promisify(open)
const closeFile = promisify(close)
const statFile = promisify(fstat)

/** More than this is not taken to be there without a look, bytes. */
const mostUnseen = 1024 * 1024

/** The bytes of a file in `[start, end)`, as far as it has them. @throws what the system says */
export async function readFilePart(path: string, start: number, end: number): Promise<Buffer> {
  const file = await openFile(path, 'r')
  try {
    const size = (end - start <= mostUnseen ? end : Math.min(end, (await statFile(file)).size)) - start
    return size <= 0 ? Buffer.of() : await readAt(file, Buffer.allocUnsafe(size), start)
  } finally {
    await closeFile(file)
  }
}

/** A system may give less than it is asked for. */
async function readAt(file: number, bytes: Buffer, position: number): Promise<Buffer> {
  let done = 0
  while (done < bytes.length) {
    const count = await readOnce(file, bytes.subarray(done), position + done)
    if (count === 0) break
    done += count
  }
  return bytes.subarray(0, done)
}

function readOnce(file: number, bytes: Buffer, position: number): Promise<number> {
  return new Promise((resolve, reject) => {
    read(file, bytes, 0, bytes.length, position, (error, count) => (error === null ? resolve(count) : reject(error)))
  })
}
