import { open } from 'node:fs/promises'
import { createOutputFile } from '../outputFile.ts'

const chunkBytes = 1024 * 1024

/**
 * Copies the file of a text store (store.type ndjson) up to the end of its last whole line, beside whoever writes to it: lines
 * are only added, and a file that is written anew takes the old one's name, while this reads on in the old one.
 *
 * @returns how many bytes that were; undefined where it was to end
 */
export async function copyTextFile(from: string, to: string, signal: AbortSignal): Promise<number | undefined> {
  const file = await open(from, 'r')
  try {
    const end = await endOfLines(file, (await file.stat()).size)
    const output = await createOutputFile(to, true)
    const chunk = Buffer.alloc(chunkBytes)
    for (let at = 0; at < end; ) {
      if (signal.aborted) {
        await output.discard()
        return undefined
      }
      const { bytesRead } = await file.read(chunk, 0, Math.min(chunkBytes, end - at), at)
      if (bytesRead === 0) break
      await output.write(chunk.subarray(0, bytesRead))
      at += bytesRead
    }
    await output.finish()
    return end
  } finally {
    await file.close()
  }
}

/** Behind the last line end. */
async function endOfLines(file: Awaited<ReturnType<typeof open>>, size: number): Promise<number> {
  const chunk = Buffer.alloc(64 * 1024)
  for (let end = size; end > 0; ) {
    const start = Math.max(0, end - chunk.length)
    const { bytesRead } = await file.read(chunk, 0, end - start, start)
    const at = chunk.subarray(0, bytesRead).lastIndexOf('\n')
    if (at !== -1) return start + at + 1
    end = start
  }
  return 0
}
