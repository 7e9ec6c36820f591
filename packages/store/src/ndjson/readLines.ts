import { Buffer } from 'node:buffer'
import { open } from 'node:fs/promises'

const newline = 10
const chunkBytes = 1024 * 1024

/** @param ended false for a last line that has no newline */
export type LineReader = (line: Buffer, offset: number, ended: boolean) => void

/**
 * Hands over the lines of a file without their newlines, a part of the file at a time. The bytes are the reader's for
 * the time of the call. Answers the length of the file.
 */
export async function readLines(path: string, read: LineReader): Promise<number> {
  const handle = await open(path, 'r')
  let begun: Buffer[] = []
  let offset = 0
  for await (const chunk of handle.createReadStream({ highWaterMark: chunkBytes }) as AsyncIterable<Buffer>) {
    let from = 0
    for (let at = chunk.indexOf(newline); at !== -1; at = chunk.indexOf(newline, from)) {
      const rest = chunk.subarray(from, at)
      const line = begun.length === 0 ? rest : Buffer.concat([...begun, rest])
      read(line, offset, true)
      offset += line.length + 1
      begun = []
      from = at + 1
    }
    if (from < chunk.length) begun.push(chunk.subarray(from))
  }
  const last = Buffer.concat(begun)
  if (last.length > 0) read(last, offset, false)
  return offset + last.length
}
