import { exportColumns, type ColumnKind } from '../../export/columns.ts'
import { withoutApostrophe } from '../../csv.ts'
import { parseObject } from '../../parseObject.ts'
import type { ImportFormat, ImportRow } from '../importFormat.ts'
import { readCsv, readCsvHeader, type CsvRow } from '../readCsv.ts'
import { readFiles } from '../readFiles.ts'
import { readStored } from '../readStored.ts'

/** `treadlight export --format csv`. Columns are told by their names: others may be among them, and some may be missing. */
export const treadlightCsv: ImportFormat = {
  name: 'treadlight-csv',
  title: 'treadlight export --format csv',
  detects: (file) => /^\uFEFF?site,id,origin,type,day,time,/.test(file.text),
  read: (input) => {
    const columns = input.files.map((file) => readCsvHeader(file).map(columnOf))
    return readFiles(input, treadlightCsv, (file, from) => readCsv(file, {}, from), ({ rows }, file) => rows.map((row) => readRow(row, columns[file]!)))
  },
}

/** How a column is read: undefined for one that is no field of a hit. */
interface Column {
  name: string
  read: (text: string) => unknown
}

const kinds = new Map<string, ColumnKind>(exportColumns.map(({ name, kind }) => [name, kind]))

function columnOf(name: string): Column | undefined {
  const kind = kinds.get(name)
  return kind && { name, read: readers[kind] }
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

function readRow({ fields, line }: CsvRow, columns: readonly (Column | undefined)[]): ImportRow {
  if (fields.length !== columns.length) return { problem: `has ${fields.length} fields, not ${columns.length}`, sample: fields.join(',').slice(0, 80), line }
  const object: Record<string, unknown> = {}
  for (let index = 0; index < fields.length; index++) {
    const column = columns[index]
    const text = fields[index]!
    if (column !== undefined && text !== '') object[column.name] = column.read(text)
  }
  const hit = readStored(joinRevenue(object))
  return typeof hit === 'string' ? { problem: hit, sample: fields.join(',').slice(0, 80), line } : { stored: hit, line }
}

/** Of which exports with columns have each part in one. */
export function joinRevenue(object: Record<string, unknown>): Record<string, unknown> {
  const { revenueAmount: amount, revenueCurrency: currency } = object
  if (amount === undefined && currency === undefined) return object
  delete object['revenueAmount']
  delete object['revenueCurrency']
  if (typeof amount === 'string' && typeof currency === 'string') object['revenue'] = { amount, currency }
  return object
}
