import type { Query } from '@treadlight/store'
import type { QuestionName } from './questions.ts'
import { zone } from './questions.ts'

/** A statement as somebody writes it who knows the question, the data and the engine. */
export interface HandWritten {
  sql: string
  /** Of the first row, as far as the answers are compared. */
  visitors(rows: readonly Record<string, unknown>[]): number
}

/**
 * The table that they write for: plain hits with what they need of a visit beside them, and a mark on the hit that a visit began
 * with, so that no visit has to be counted twice. It is filled from what the store has derived; today is in it too.
 */
export function plainTable(database: string): string[] {
  const columns = 'day, visitor, visit, time, isView, place = 1 AS isEntry, name, path, engaged, scroll, views, duration, bounced, source, country, browser, amount, currency'
  return [
    `CREATE TABLE ${database}.plain ENGINE = MergeTree ORDER BY (day, visitor, visit, time) AS SELECT ${columns} FROM ${database}.visit_rows`,
  ]
}

export const handWritten: Record<QuestionName, (database: string, asked: readonly Query[]) => HandWritten[]> = {
  unfiltered: (database, asked) => asked.map((query, index) => statement(database, query, unfiltered[index]!)),
  filtered: (database, asked) => asked.map((query) => statement(database, query, unfiltered[0]!)),
  view: (database, asked) => asked.map((query, index) => statement(database, query, view[index]!)),
}

type Write = (from: string) => string

const six = 'uniqExact(visitor) AS visitors, countIf(isEntry) AS visits, sum(isView) AS pageviews, sumIf(views, isEntry) / visits AS views_per_visit, 100 * sumIf(bounced, isEntry) / visits AS bounces, sumIf(duration, isEntry) / visits AS long'
const read = 'sumIf(engaged, engaged >= 0) / uniqExactIf(visit, engaged >= 0) AS read'
const bucket = `toDate(fromUnixTimestamp64Milli(time), '${zone}') AS bucket`

const unfiltered: readonly Write[] = [
  (from) => `SELECT ${six} ${from}`,
  (from) => `SELECT ${bucket}, uniqExact(visitor) AS visitors, countIf(isEntry), sum(isView) ${from} GROUP BY bucket ORDER BY visitors DESC, bucket`,
  (from) => `SELECT path, uniqExact(visitor) AS visitors, sum(isView) ${from} GROUP BY path ORDER BY visitors DESC, path LIMIT 10`,
  (from) => top(from, 'source'),
  (from) => top(from, 'country'),
]

const view: readonly Write[] = [
  (from) => `SELECT *, scroll FROM (SELECT ${six}, ${read} ${from}) AS a CROSS JOIN (${deepest(from)}) AS b`,
  (from) => `SELECT a.*, scroll FROM (SELECT ${bucket}, ${six}, ${read} ${from} GROUP BY bucket) AS a LEFT JOIN (${deepest(from, bucket, 'bucket')}) AS b ON a.bucket = b.bucket ORDER BY bucket`,
  (from) => `SELECT a.*, scroll FROM (SELECT path, uniqExact(visitor) AS visitors, sum(isView), ${read} ${from} GROUP BY path) AS a LEFT JOIN (${deepest(from, 'path', 'path')}) AS b ON a.path = b.path ORDER BY visitors DESC, path LIMIT 10`,
  (from) => top(from, 'source'),
  (from) => top(from, 'country', 300),
  (from) => top(from, 'browser'),
  (from) => `SELECT name, uniqExact(visitor) AS visitors, count() AS events, sumMapIf([currency], [amount], currency != '') AS money ${from} AND NOT isView GROUP BY name ORDER BY visitors DESC, name LIMIT 10`,
]

/** With everybody's number beside it, for the shares. */
function top(from: string, column: string, limit: number = 10): string {
  return `SELECT ${column}, uniqExact(visitor) AS visitors, (SELECT uniqExact(visitor) ${from}) AS everybody ${from} GROUP BY ${column} ORDER BY visitors DESC, ${column} LIMIT ${limit}`
}

/** The depth that visitors scrolled to, each by the deepest. */
function deepest(from: string, value?: string, by?: string): string {
  const [also, group] = value === undefined ? ['', ''] : [`${value}, `, `, ${by}`]
  return `SELECT ${by === undefined ? '' : `${by}, `}sum(deep) / count() AS scroll FROM (SELECT ${also}max(scroll) AS deep ${from} AND scroll >= 0 GROUP BY visitor${group})${by === undefined ? '' : ` GROUP BY ${by}`}`
}

function statement(database: string, { range, filters = [] }: Query, write: Write): HandWritten {
  const day = (time: number) => new Date(time).toLocaleDateString('sv-SE', { timeZone: zone })
  const conditions = filters.map(([, dimension, values]) => `${String(dimension).slice('visit:'.length)} = '${String(values?.[0])}'`)
  const from = `FROM ${database}.plain WHERE ${[`day >= '${day(range.from)}'`, `day < '${day(range.to)}'`, ...conditions].join(' AND ')}`
  return { sql: write(from), visitors: ([first]) => Number(first?.['visitors'] ?? 0) }
}
