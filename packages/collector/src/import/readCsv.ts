import { Buffer } from 'node:buffer'
import Papa from 'papaparse'
import type { ImportFile, ImportPosition } from './importFormat.ts'

/** A line of a CSV file: fields in the order of the columns. One with fewer or more fields is for the format to judge. */
export interface CsvRow {
  fields: string[]
  /** From 1, counted in rows: line breaks within quotes are none. */
  line: number
}

export interface CsvPiece {
  rows: CsvRow[]
  /** Behind the last of them: see `ImportPosition`. */
  offset: number
  line: number
}

export interface CsvOptions {
  /** @default ',' */
  delimiter?: string
}

/** Longest row, bytes of UTF-8: a quote that nobody closes must not take all memory. */
const longestRow = 16 * 1024 * 1024
const lineFeed = 10

/** The names of the columns, which the first line has. Without a byte order mark, which Excel puts there. */
export function readCsvHeader({ text }: Pick<ImportFile, 'text'>, { delimiter = ',' }: CsvOptions = {}): string[] {
  const [names = []] = Papa.parse<string[]>(text.replace(/^\uFEFF/, ''), { delimiter, preview: 1 }).data
  return names
}

/**
 * The rows of a CSV file (RFC 4180) behind the names of its columns, a piece at a time.
 * @param from where to go on; the beginning has `offset` 0
 * @throws Error for a row of more than 16 MiB
 */
export async function* readCsv(file: ImportFile, { delimiter = ',' }: CsvOptions = {}, from: Pick<ImportPosition, 'offset' | 'line'> = { offset: 0, line: 0 }): AsyncGenerator<CsvPiece> {
  let { offset, line } = from
  let rest: Buffer = Buffer.alloc(0)
  let taken: string[][] = []
  const parser = new Papa.Parser({ delimiter, newline: newlineOf(file.text) })

  for await (const chunk of file.bytes(offset)) {
    const bytes = rest.length === 0 ? Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength) : Buffer.concat([rest, chunk])
    // A line feed is in no other letter of UTF-8: up to one, text is whole.
    const end = bytes.lastIndexOf(lineFeed) + 1
    const used = end === 0 ? 0 : take(bytes.toString('utf8', 0, end), true)
    yield* flush(used)
    rest = bytes.subarray(used)
    if (rest.length > longestRow) throw new Error(`[treadlight import] ${file.name}: row ${line + 1} is longer than ${longestRow / 1024 / 1024} MiB: is a quote missing?`)
  }
  if (rest.length > 0) {
    const length = rest.length
    take(rest.toString(), false)
    yield* flush(length)
  }

  /** @returns bytes of whole rows */
  function take(text: string, ignoresLast: boolean): number {
    const { data, meta } = parser.parse(text, 0, ignoresLast) as Papa.ParseResult<string[]>
    taken = data
    return meta.cursor === text.length ? Buffer.byteLength(text) : Buffer.byteLength(text.slice(0, meta.cursor))
  }

  function* flush(used: number): Generator<CsvPiece> {
    if (used === 0) return
    offset += used
    const rows: CsvRow[] = []
    for (const fields of taken) {
      line++
      // The first has the names; empty lines say nothing.
      if (line === 1 || (fields.length === 1 && fields[0] === '')) continue
      rows.push({ fields, line })
    }
    yield { rows, offset, line }
  }
}

/** Papa looks for one kind of line end. */
function newlineOf(text: string): '\n' | '\r\n' {
  const end = text.indexOf('\n')
  return end > 0 && text[end - 1] === '\r' ? '\r\n' : '\n'
}
