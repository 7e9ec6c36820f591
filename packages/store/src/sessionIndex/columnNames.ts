import { visitTexts, type ColumnName, type IndexColumns, type VisitText } from './sessionIndex.ts'

/** What visits are filtered by most, and takes little. */
const first: readonly VisitText[] = ['rawSource', 'country', 'channel', 'device']

/** All columns, those first that questions name together: so that they stand side by side and are read at once. */
export const columnNames: readonly ColumnName[] = [
  'flags',
  'hitCount',
  'viewCount',
  'duration',
  ...first,
  ...visitTexts.filter((name) => !first.includes(name)),
  // Of what goals brought the dashboard asks in its first view.
  'revenue',
  'kind',
  'path',
  'hostname',
  'start',
  'time',
  'engaged',
  'scroll',
  'props',
  'visitor',
]

/** What a column has a value for. */
export function rowsOf(name: ColumnName): 'visits' | 'hits' | 'mixed hits' {
  if (name === 'visitor') return 'mixed hits'
  return hitColumns.has(name) ? 'hits' : 'visits'
}

const hitColumns: ReadonlySet<ColumnName> = new Set<ColumnName>(['kind', 'path', 'hostname', 'time', 'engaged', 'scroll', 'revenue', 'props'])

/** About what a loaded column takes, bytes: to bound what is kept. */
export function bytesOfColumn(column: IndexColumns[ColumnName]): number {
  if (ArrayBuffer.isView(column)) return column.byteLength
  const { values, codes } = column
  let bytes = codes.byteLength
  // A string has a header of some 16 bytes and a place in its list; of what else is in a kind there is little.
  for (const value of values) bytes += 24 + 2 * (typeof value === 'string' ? value.length : value.name.length + 40)
  return bytes
}
