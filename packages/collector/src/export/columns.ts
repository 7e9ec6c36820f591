import type { StoredHit } from '@treadlight/store'

/** What a column holds; each format has its own way to write it. */
export type ColumnKind = 'text' | 'json' | 'time' | 'day' | 'number' | 'decimal' | 'boolean'

/** One column of an export that has columns: CSV and Parquet. */
export interface ExportColumn {
  name: ColumnName
  kind: ColumnKind
  /** Undefined where the hit has no such field. */
  valueOf(hit: StoredHit): unknown
}

type ColumnName = Exclude<keyof StoredHit, 'revenue'> | 'revenueAmount' | 'revenueCurrency'

/**
 * The columns in their order: the fields of a hit by their names, but for `revenue`, of which each part is one. They are
 * a contract with whoever reads exports (docs/export.md): a new one goes to the end. A field of `StoredHit` that is not
 * among them does not compile.
 */
const kinds: Readonly<Record<ColumnName, ColumnKind>> = {
  site: 'text',
  id: 'text',
  origin: 'text',
  type: 'text',
  day: 'day',
  time: 'time',
  received: 'time',
  view: 'text',
  url: 'text',
  title: 'text',
  referrer: 'text',
  hostname: 'text',
  path: 'text',
  referrerHost: 'text',
  source: 'text',
  medium: 'text',
  campaign: 'text',
  term: 'text',
  content: 'text',
  clickIds: 'json',
  channel: 'text',
  visitor: 'text',
  session: 'text',
  user: 'text',
  name: 'text',
  props: 'json',
  revenueAmount: 'decimal',
  revenueCurrency: 'text',
  engaged: 'number',
  engagedDelta: 'number',
  scroll: 'number',
  screen: 'text',
  language: 'text',
  timezone: 'text',
  navigation: 'text',
  interactive: 'boolean',
  webdriver: 'boolean',
  forwarding: 'boolean',
  browser: 'text',
  browserVersion: 'text',
  os: 'text',
  osVersion: 'text',
  device: 'text',
  country: 'text',
  region: 'text',
  city: 'text',
  address: 'text',
}

export const exportColumns: readonly ExportColumn[] = Object.entries(kinds).map(([name, kind]) => ({
  name: name as ColumnName,
  kind,
  valueOf: readerOf(name as ColumnName),
}))

function readerOf(name: ColumnName): (hit: StoredHit) => unknown {
  if (name === 'revenueAmount') return ({ revenue }) => revenue?.amount
  if (name === 'revenueCurrency') return ({ revenue }) => revenue?.currency
  return (hit) => hit[name]
}
