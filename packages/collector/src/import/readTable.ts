import type { ImportedHit, ImportFile, ImportFormat, ImportInput, ImportPiece, ImportRow } from './importFormat.ts'
import { readCsv, readCsvHeader, type CsvOptions } from './readCsv.ts'

/** The value of a column; '' where the row or the table has none. */
export type Cells = (column: string) => string

/** What a format makes of a row: a hit, or why there is none. */
export type ReadRow = WithoutPlace<ImportRow>
type WithoutPlace<Row> = Row extends unknown ? Omit<Row, 'line' | 'file'> : never

/** What databases write for nothing: PostgreSQL, MySQL and ClickHouse `\N`, others the word. */
const nothing: ReadonlySet<string> = new Set(['\\N', 'NULL', 'null'])

/** Names of a table's columns, in lower case. */
export function columnsOf(file: Pick<ImportFile, 'text'>, options?: CsvOptions): string[] {
  return readCsvHeader(file, options).map((name) => name.trim().toLowerCase())
}

/** Whether a file is a table that has all these columns. */
export function hasColumns(file: Pick<ImportFile, 'text'>, names: readonly string[]): boolean {
  const columns = new Set(columnsOf(file))
  return names.every((name) => columns.has(name))
}

/**
 * The tables of an input whose columns have names, a piece at a time; of several files those that the format takes for its
 * own. A row that is shorter or longer than its table is
 * a problem, and so is one of which nothing can be made; neither ends the reading.
 *
 * @param readRow what it throws ends the reading
 */
export async function* readTables(input: ImportInput, { detects }: Pick<ImportFormat, 'detects'>, readRow: (cells: Cells, file: ImportFile) => ReadRow | ReadRow[]): AsyncGenerator<ImportPiece> {
  const { files, from } = input
  for (const [index, file] of files.entries()) {
    if (index < (from?.file ?? 0) || (files.length > 1 && !detects(file))) continue
    const columns = new Map(columnsOf(file).map((name, at) => [name, at]))
    for await (const { rows, offset, line } of readCsv(file, {}, index === from?.file ? from : undefined)) {
      yield { rows: rows.flatMap((row) => place(readFields(row.fields, columns, (cells) => readRow(cells, file)), row.line, index)), next: { file: index, offset, line } }
    }
  }
}

function readFields(fields: readonly string[], columns: ReadonlyMap<string, number>, readRow: (cells: Cells) => ReadRow | ReadRow[]): ReadRow[] {
  if (fields.length !== columns.size) return [{ problem: `has ${fields.length} fields, and the table ${columns.size} columns`, sample: sampleOf(fields) }]
  const cells: Cells = (column) => {
    const value = fields[columns.get(column) ?? -1] ?? ''
    return nothing.has(value) ? '' : value
  }
  const rows = [readRow(cells)].flat()
  for (const row of rows) if ('problem' in row) row.sample ??= sampleOf(fields)
  return rows
}

function sampleOf(fields: readonly string[]): string {
  return fields.join(',').slice(0, 80)
}

/** Puts rows where they were read. */
export function place(rows: readonly ReadRow[], line: number, file: number): ImportRow[] {
  return rows.map((row) => ({ ...row, line, ...(file > 0 && { file }) }) as ImportRow)
}

/** The same, without what is undefined or ''. */
export function hitOf(given: { [Key in keyof ImportedHit]: ImportedHit[Key] | undefined } & Pick<ImportedHit, 'time' | 'url'>): ImportedHit {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined && value !== '')) as unknown as ImportedHit
}
