import { Buffer } from 'node:buffer'
import type { ImportFile, ImportPosition } from './importFormat.ts'

export interface LinePiece {
  /** Without their ends. */
  lines: string[]
  /** Behind the last of them, and how many lines came before that: see `ImportPosition`. */
  offset: number
  line: number
}

/** Longest line, bytes: no log has such, and what is none must not take all memory. */
const longestLine = 16 * 1024 * 1024
const lineFeed = 10

/**
 * The lines of a file, a piece at a time.
 * @param from where to go on
 * @throws Error for a line of more than 16 MiB
 */
export async function* readLines(file: ImportFile, from: Pick<ImportPosition, 'offset' | 'line'> = { offset: 0, line: 0 }): AsyncGenerator<LinePiece> {
  let { offset, line } = from
  /** The beginning of a line that is not whole. */
  let rest: Uint8Array[] = []
  let restLength = 0
  for await (const chunk of file.bytes(offset)) {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    const end = bytes.lastIndexOf(lineFeed) + 1
    if (end > 0) {
      yield piece(Buffer.concat([...rest, bytes.subarray(0, end)]))
      rest = []
      restLength = 0
    }
    if (end < bytes.length) rest.push(bytes.subarray(end))
    restLength += bytes.length - end
    if (restLength > longestLine) throw new Error(`[treadlight import] ${file.name}: line ${line + 1} is longer than ${longestLine / 1024 / 1024} MiB: is it a text file?`)
  }
  if (restLength > 0) yield piece(Buffer.concat(rest))

  function piece(whole: Buffer): LinePiece {
    const isEnded = whole.at(-1) === lineFeed
    const lines = whole.toString('utf8', 0, isEnded ? whole.length - 1 : whole.length).split('\n')
    offset += whole.length
    line += lines.length
    return { lines: lines.map((each) => (each.endsWith('\r') ? each.slice(0, -1) : each)), offset, line }
  }
}
