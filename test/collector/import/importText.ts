import type { ImportFile, ImportFormat, ImportInput, ImportPosition, ImportRow } from '../../../packages/collector/src/import/importFormat.ts'

/** A file of an import from its text, handed out a few bytes at a time. */
export function fileOf(name: string, text: string, atOnce = 7): ImportFile {
  const bytes = Buffer.from(text)
  return {
    name,
    head: bytes.subarray(0, 65_536),
    text: bytes.subarray(0, 65_536).toString(),
    size: bytes.length,
    async *bytes(from = 0) {
      for (let at = from; at < bytes.length; at += atOnce) yield bytes.subarray(at, at + atOnce)
    },
    part: async (start, end) => bytes.subarray(start, end),
  }
}

export interface ReadImport {
  rows: ImportRow[]
  /** Where each piece ends, and how many rows came before it. */
  stops: { next: ImportPosition; rows: number }[]
}

/** All rows that a format reads of some files, and where it can go on. */
export async function readImport(format: ImportFormat, files: Record<string, string> | readonly ImportFile[], options: Partial<ImportInput> = {}): Promise<ReadImport> {
  const read: ReadImport = { rows: [], stops: [] }
  const its = Array.isArray(files) ? (files as ImportFile[]) : Object.entries(files).map(([name, text]) => fileOf(name, text))
  for await (const { rows, next } of format.read({ files: its, timezone: 'UTC', host: 'shop.example', ...options })) {
    read.rows.push(...rows)
    read.stops.push({ next, rows: read.rows.length })
  }
  return read
}
