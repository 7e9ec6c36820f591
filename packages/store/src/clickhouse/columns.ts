import type { StoredHit } from '../hit.ts'

/**
 * How a field of a hit is kept in a column:
 *
 * - `text`: `String`, `''` where it is missing; `word` the same where few values come often; `label` in the `LowCardinality` key
 * - `moment`: `Int64`, ms since 1970
 * - `number`: `Nullable(Float64)`, `flag`: `Nullable(Bool)`: 0 and false are not the same as missing
 * - `map`: `Map(String, String)`, empty where it is missing; what is no text is in it as `String(value)` has it
 * - `money`: two columns, `revenueAmount` and `revenueCurrency`
 * - `day`: `Date`
 */
export type ColumnKind = 'day' | 'text' | 'word' | 'moment' | 'number' | 'flag' | 'map' | 'money'

/** A column, or two, for every field: a new one does not compile until somebody has decided about it. */
export const columnKinds: { readonly [Field in keyof StoredHit]-?: ColumnKind } = {
  site: 'word',
  day: 'day',
  id: 'text',
  origin: 'word',
  type: 'word',
  time: 'moment',
  received: 'moment',
  view: 'text',
  url: 'text',
  title: 'text',
  referrer: 'text',
  hostname: 'word',
  path: 'text',
  referrerHost: 'word',
  source: 'word',
  medium: 'word',
  campaign: 'word',
  visitor: 'text',
  session: 'text',
  user: 'text',
  name: 'word',
  props: 'map',
  engaged: 'number',
  engagedDelta: 'number',
  scroll: 'number',
  screen: 'word',
  language: 'word',
  timezone: 'word',
  navigation: 'word',
  interactive: 'flag',
  webdriver: 'flag',
  forwarding: 'flag',
  revenue: 'money',
  term: 'word',
  content: 'word',
  clickIds: 'map',
  channel: 'word',
  browser: 'word',
  browserVersion: 'word',
  os: 'word',
  osVersion: 'word',
  device: 'word',
  country: 'word',
  region: 'word',
  city: 'word',
  address: 'text',
}

const types: Record<Exclude<ColumnKind, 'money'>, string> = {
  day: 'Date CODEC(ZSTD(1))',
  text: 'String CODEC(ZSTD(1))',
  word: 'LowCardinality(String) CODEC(ZSTD(1))',
  moment: 'Int64 CODEC(DoubleDelta, ZSTD(1))',
  number: 'Nullable(Float64) CODEC(ZSTD(1))',
  flag: 'Nullable(Bool) CODEC(ZSTD(1))',
  map: 'Map(String, String) CODEC(ZSTD(1))',
}

const fields = Object.keys(columnKinds) as (keyof StoredHit)[]

/** The columns of a field. */
export function columnsOf(field: keyof StoredHit): string[] {
  return columnKinds[field] === 'money' ? [`${field}Amount`, `${field}Currency`] : [field]
}

/** The columns that say what a hit is, in the order of the table. */
export const hitColumns: readonly string[] = fields.flatMap(columnsOf)

/** The same with their types, as `CREATE TABLE` takes them. */
export const columnTypes: readonly string[] = fields.flatMap((field) => {
  const kind = columnKinds[field]
  if (kind === 'money') return columnsOf(field).map((name) => `${name} ${types[name.endsWith('Amount') ? 'text' : 'word']}`)
  return [`${field} ${types[kind]}`]
})
