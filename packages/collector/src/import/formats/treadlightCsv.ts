import { hitFields } from '@treadlight/store'
import { exportColumns, type ColumnKind } from '../../export/columns.ts'
import { withoutApostrophe } from '../../csv.ts'
import { parseObject } from '../../parseObject.ts'
import type { ImportFormat, ImportRow } from '../importFormat.ts'
import { readCsv, readCsvHeader, type CsvRow } from '../readCsv.ts'
import { readFiles } from '../readFiles.ts'
import { readStored } from '../readStored.ts'
import { emptyFields, setField } from '../storedFields.ts'

/** `treadlight export --format csv`. Columns are told by their names: others may be among them, and some may be missing. */
export const treadlightCsv: ImportFormat = {
  name: 'treadlight-csv',
  title: 'treadlight export --format csv',
  detects: (file) => /^\uFEFF?site,id,origin,type,day,time,/.test(file.text),
  read: (input) => {
    const headers = input.files.map((file) => readCsvHeader(file))
    const columns = headers.map(columnsOf)
    return readFiles(input, treadlightCsv, (file, from) => readCsv(file, {}, from), ({ rows }, file) => rows.map((row) => readRow(row, columns[file]!, headers[file]!.length)))
  },
}

/** How a column is read, and where its field stands among those of a hit. */
interface Column {
  name: keyof typeof setField
  at: number
  read: (text: string) => unknown
}

const known = new Map<string, (typeof exportColumns)[number]>(exportColumns.map((column) => [column.name, column]))

/** In the order of a hit's fields, which is that in which stores hold them: undefined names are no fields of one. */
function columnsOf(names: readonly string[]): Column[] {
  const columns = names.flatMap((name, at): Column[] => {
    const column = known.get(name)
    return column === undefined ? [] : [{ name: column.name, at, read: readers[column.kind] }]
  })
  return columns.toSorted((a, b) => placeOf(a.name) - placeOf(b.name))
}

/** Where a field stands among those of a hit; of revenue both columns. */
export function placeOf(name: string): number {
  return (hitFields as readonly string[]).indexOf(name.startsWith('revenue') ? 'revenue' : name)
}

const readers: Readonly<Record<ColumnKind, (text: string) => unknown>> = {
  text: withoutApostrophe,
  day: (text) => text,
  decimal: (text) => text,
  number: Number,
  json: (text) => parseObject(text) ?? text,
  time: (text) => Date.parse(text),
  boolean: (text) => (text === 'true' ? true : text === 'false' ? false : text),
}

function readRow({ fields, line }: CsvRow, columns: readonly Column[], width: number): ImportRow {
  if (fields.length !== width) return { problem: `has ${fields.length} fields, not ${width}`, sample: fields.join(',').slice(0, 80), line }
  const its = emptyFields()
  for (const { name, at, read } of columns) {
    const text = fields[at]!
    if (text !== '') setField[name](its, read(text))
  }
  const hit = readStored(its)
  return typeof hit === 'string' ? { problem: hit, sample: fields.join(',').slice(0, 80), line } : { stored: hit, line }
}
