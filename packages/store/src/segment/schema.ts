import type { SchemaElement } from 'hyparquet'

/** How the values of a column are written; a builder for each is in `encodeRowGroup.ts`. */
type ColumnKind = 'constant' | 'text' | 'json' | 'uuid' | 'time' | 'date' | 'integer' | 'boolean'

export interface Column {
  name: ColumnName
  kind: ColumnKind
}

/**
 * The columns of a segment, in the order in which they are written and read. They are named like the fields of a hit,
 * so that DuckDB, ClickHouse or pandas can be pointed at the file, with these differences, each of which saves bytes:
 *
 * - `delay`: `received - time`, ms; of 64 bits where hits came weeks later, as imported ones do
 * - `view`: null for a pageview (it is its own view) and for an event outside any view
 * - `url`: null where it is `'https://' || hostname || path`, that is, without query and fragment
 * - `revenueAmount`, `revenueCurrency`: the two parts of `revenue`
 * - `extra`: a JSON object of what the other columns cannot say, laid over them when a hit is read: a field of a later
 *   version, a lone surrogate, a fraction of a millisecond. Null almost always.
 *
 * `hostname` and `path` come before `url`, which is checked against them.
 */
const columnKinds: Readonly<Record<ColumnName, ColumnKind>> = {
  site: 'constant',
  day: 'date',
  id: 'uuid',
  origin: 'text',
  type: 'text',
  time: 'time',
  delay: 'integer',
  view: 'uuid',
  hostname: 'text',
  path: 'text',
  url: 'text',
  title: 'text',
  referrer: 'text',
  referrerHost: 'text',
  source: 'text',
  medium: 'text',
  campaign: 'text',
  visitor: 'text',
  session: 'text',
  user: 'text',
  name: 'text',
  props: 'json',
  engaged: 'integer',
  engagedDelta: 'integer',
  scroll: 'integer',
  screen: 'text',
  language: 'text',
  timezone: 'text',
  navigation: 'text',
  interactive: 'boolean',
  webdriver: 'boolean',
  forwarding: 'boolean',
  revenueAmount: 'text',
  revenueCurrency: 'text',
  term: 'text',
  content: 'text',
  clickIds: 'json',
  channel: 'text',
  browser: 'text',
  browserVersion: 'text',
  os: 'text',
  osVersion: 'text',
  device: 'text',
  country: 'text',
  region: 'text',
  city: 'text',
  address: 'text',
  extra: 'json',
}

export type ColumnName =
  | 'site'
  | 'day'
  | 'id'
  | 'origin'
  | 'type'
  | 'time'
  | 'delay'
  | 'view'
  | 'hostname'
  | 'path'
  | 'url'
  | 'title'
  | 'referrer'
  | 'referrerHost'
  | 'source'
  | 'medium'
  | 'campaign'
  | 'visitor'
  | 'session'
  | 'user'
  | 'name'
  | 'props'
  | 'engaged'
  | 'engagedDelta'
  | 'scroll'
  | 'screen'
  | 'language'
  | 'timezone'
  | 'navigation'
  | 'interactive'
  | 'webdriver'
  | 'forwarding'
  | 'revenueAmount'
  | 'revenueCurrency'
  | 'term'
  | 'content'
  | 'clickIds'
  | 'channel'
  | 'browser'
  | 'browserVersion'
  | 'os'
  | 'osVersion'
  | 'device'
  | 'country'
  | 'region'
  | 'city'
  | 'address'
  | 'extra'

const text: Partial<SchemaElement> = { type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } }

const physicalTypes: Record<ColumnKind, Partial<SchemaElement>> = {
  constant: text,
  text,
  json: { type: 'BYTE_ARRAY', converted_type: 'JSON', logical_type: { type: 'JSON' } },
  uuid: { type: 'FIXED_LEN_BYTE_ARRAY', type_length: 16, logical_type: { type: 'UUID' } },
  // Without the logical type readers take it for a time in UTC that needs no time zone to be shown.
  time: { type: 'INT64', converted_type: 'TIMESTAMP_MILLIS' },
  date: { type: 'INT32', converted_type: 'DATE', logical_type: { type: 'DATE' } },
  integer: { type: 'INT32' },
  boolean: { type: 'BOOLEAN' },
}

export const columns: readonly Column[] = Object.entries(columnKinds).map(([name, kind]) => ({ name: name as ColumnName, kind }))

/** Every column may be null: what does not fit its type stands in `extra`. */
export const schema: SchemaElement[] = [{ name: 'hit', num_children: columns.length }, ...columns.map(schemaElement)]

/** Most rows that a row group may have: what a reader has in memory at a time. */
export const mostRows = 50_000
/** Rows of those that are written: one column of them is a few milliseconds' work, for which a collector's answers wait. */
export const rowGroupSize = 20_000

function schemaElement({ name, kind }: Column): SchemaElement {
  return { name, repetition_type: 'OPTIONAL', ...physicalTypes[kind] }
}
