import { hitFields } from '@treadlight/store'
import { exportColumns, type ColumnKind } from '../../export/columns.ts'
import { withoutApostrophe } from '../../csv.ts'
import { parseObject } from '../../parseObject.ts'
import type { ImportFormat, ImportRow } from '../importFormat.ts'
import { readCsv, readCsvHeader, type CsvRow } from '../readCsv.ts'
import { readFiles } from '../readFiles.ts'
import { readStored, requiredTexts } from '../readStored.ts'

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
  name: string
  at: number
  read: (text: string) => unknown
  /** Where every hit has a text, an empty one says something. */
  isRequired: boolean
}

const kinds = new Map<string, ColumnKind>(exportColumns.map(({ name, kind }) => [name, kind]))

/** In the order of a hit's fields, which is that in which stores hold them: undefined names are no fields of one. */
function columnsOf(names: readonly string[]): Column[] {
  const columns = names.flatMap((name, at): Column[] => {
    const kind = kinds.get(name)
    return kind === undefined ? [] : [{ name, at, read: readers[kind], isRequired: requiredTexts.has(name) }]
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
  const object: Record<string, unknown> = {}
  for (const { name, at, read, isRequired } of columns) {
    const text = fields[at]!
    if (text !== '') addField(object, name, read(text))
    else if (isRequired) object[name] = ''
  }
  const hit = readStored(object)
  return typeof hit === 'string' ? { problem: hit, sample: fields.join(',').slice(0, 80), line } : { stored: hit, line }
}

/** Of revenue each part has a column. */
export function addField(object: Record<string, unknown>, name: string, value: unknown): void {
  if (name === 'revenueAmount') object['revenue'] = { amount: value, currency: '' }
  else if (name === 'revenueCurrency') Object.assign((object['revenue'] ??= { amount: '0' }) as object, { currency: value })
  else object[name] = value
}
