import { parseObject } from '../../parseObject.ts'
import type { ImportFormat, ImportRow } from '../importFormat.ts'
import { readFiles } from '../readFiles.ts'
import { readLines } from '../readLines.ts'
import { readStored } from '../readStored.ts'

/** `treadlight export`, a hit a line. */
export const treadlightNdjson: ImportFormat = {
  name: 'treadlight',
  title: 'treadlight export --format ndjson',
  detects: ({ text }) => /^\{"site":"[a-z0-9_-]{1,64}","id":"|^\{(?=[^\n]*"origin":")(?=[^\n]*"day":")(?=[^\n]*"view":")/.test(text),
  read: (input) => readFiles(input, treadlightNdjson, (file, from) => readLines(file, from), ({ lines, line }) => {
    const rows: ImportRow[] = []
    for (const [index, text] of lines.entries()) if (text !== '') rows.push(readRow(text, line - lines.length + index + 1))
    return rows
  }),
}

function readRow(text: string, line: number): ImportRow {
  const object = parseObject(text)
  if (object === undefined) return { problem: 'is no JSON object', sample: text.slice(0, 80), line }
  const hit = readStored(object)
  return typeof hit === 'string' ? { problem: hit, sample: text.slice(0, 80), line } : { stored: hit, line }
}
