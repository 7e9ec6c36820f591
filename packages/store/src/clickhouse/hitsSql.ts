import { mergeRules } from '../merge.ts'
import type { StoredHit } from '../hit.ts'
import { columnKinds, columnsOf, hitColumns } from './columns.ts'
import type { Params } from './params.ts'
import type { Tables } from './tables.ts'

/** Whose hits, and of which home days. */
export interface HitsOf {
  site: string
  /** `YYYY-MM-DD`: all from the first to the last, or just these. @default all */
  days?: { from: string; to: string } | readonly string[] | undefined
  /** Only what was received until then, ms since 1970. */
  receivedUntil?: number | undefined
  /** What is asked of them: of fewer columns an answer is planned much faster. @default all, and `extras` */
  columns?: readonly string[] | undefined
}

/** In place of `extras` of a hit that several facts tell of: what is not in columns only `mergeFacts` knows. */
export const severalFacts = '*'

type Rule = 'server' | 'browser'

/** The places of a fact's origin in the orders of `mergeRules`. */
const ranks: Record<Rule, string> = {
  server: `indexOf(['server', 'browser', 'import'], toString(f.origin))`,
  browser: `indexOf(['browser', 'server', 'import'], toString(f.origin))`,
}

/** As in `mergeFacts`: what is a part of another field comes from a fact that says the same of the whole. */
const wholes: Partial<Record<keyof StoredHit, keyof StoredHit>> = { browserVersion: 'browser', osVersion: 'os', region: 'country', city: 'country' }

const fields = Object.keys(columnKinds) as (keyof StoredHit)[]
const keys = new Set<keyof StoredHit>(['site', 'day', 'id'])

/**
 * The hits of a site: a subquery, in brackets, with a row for each, its facts merged as `mergeFacts` does it, and the columns
 * `hitColumns`, and `extras`: that of the one fact, or `severalFacts`. What was pruned or erased is not in the tables, so it needs no marks. The user is the one that the facts
 * name: see `linksSql` for that of a link.
 *
 * Nearly all hits are of one fact and pass as they are; those of several are found by the home days on which there
 * is more than one origin.
 *
 * @example
 * const sql = `SELECT day, count() FROM ${hitsSql(tables, params, { site: 'shop', days: { from, to } })} GROUP BY day`
 */
export function hitsSql(tables: Tables, params: Params, of: HitsOf): string {
  const where = conditionOf(params, of)
  const { columns = [...hitColumns, 'extras'] } = of
  const mixed = `SELECT day FROM ${tables.facts} WHERE ${where} GROUP BY day HAVING min(origin) != max(origin)`
  const several = `SELECT day, id FROM ${tables.facts} WHERE ${where} AND day IN (${mixed}) GROUP BY day, id HAVING min(origin) != max(origin)`
  return `(
    SELECT ${columns.join(', ')} FROM ${tables.facts} FINAL WHERE ${where} AND (day, id) NOT IN (${several})
    UNION ALL
    ${mergeSql(`SELECT * FROM ${tables.facts} FINAL WHERE ${where} AND (day, id) IN (${several})`, columns)}
  )`
}

/** Which rows of `facts` are meant. */
export function conditionOf(params: Params, { site, days, receivedUntil }: HitsOf): string {
  const conditions = [`site = ${params.add('String', site)}`]
  if (days !== undefined && 'from' in days) conditions.push(`day BETWEEN ${params.add('Date', days.from)} AND ${params.add('Date', days.to)}`)
  else if (days !== undefined) conditions.push(`day IN ${params.add('Array(Date)', days)}`)
  if (receivedUntil !== undefined) conditions.push(`received <= ${params.add('Int64', receivedUntil)}`)
  return conditions.join(' AND ')
}

/** Who has the anonymous hits of a session by a link: a subquery, in brackets, of `session` and `linkedUser`. @param until ms since 1970 */
export function linksSql(tables: Tables, params: Params, site: string, until?: number): string {
  const before = until === undefined ? '' : ` AND time <= ${params.add('Int64', until)}`
  return `(SELECT session, argMin(user, (time, user)) AS linkedUser FROM ${tables.links} WHERE site = ${params.add('String', site)}${before} GROUP BY session)`
}

/** In two steps, since parts are chosen by the whole that was chosen. */
function mergeSql(facts: string, columns: readonly string[]): string {
  const wanted = fields.filter((field) => columnsOf(field).some((column) => columns.includes(column)))
  const needed = new Set([...wanted, ...wanted.flatMap((field) => wholes[field] ?? [])])
  const chosen = [...needed].flatMap((field) => (keys.has(field) ? [`f.${field} AS ${field}`] : wholes[field] === undefined ? mergeField(field) : partsOf(field)))
  const named = columns.map((column) => {
    if (column === 'extras') return `'${severalFacts}' AS extras`
    const whole = wholes[column as keyof StoredHit]
    return whole === undefined ? column : partOf(column, whole)
  })
  return `SELECT ${named.join(', ')} FROM (SELECT ${chosen.join(', ')} FROM (${facts}) AS f GROUP BY f.site, f.day, f.id)`
}

function mergeField(field: keyof StoredHit): string[] {
  const rule = mergeRules[field]
  if (rule === 'earliest') return [`min(f.${field}) AS ${field}`]
  return columnsOf(field).map((column) => `argMinIf(f.${column}, ${ranks[rule]}, ${isSaid(field)}) AS ${column}`)
}

/** Whether a fact says anything of a field. */
function isSaid(field: keyof StoredHit): string {
  switch (columnKinds[field]) {
    case 'number':
    case 'flag':
      return `isNotNull(f.${field})`
    case 'map':
      return `notEmpty(f.${field})`
    case 'money':
      return `f.${columnsOf(field)[0]} != ''`
    case 'text':
    case 'word':
      return `f.${field} != ''`
    default:
      return '1'
  }
}

/** All that the facts say of a part, in their order, each with what they say of the whole. */
function partsOf(field: keyof StoredHit): string {
  const rule = mergeRules[field] as Rule
  return `arraySort(groupArrayIf((${ranks[rule]}, toString(f.${wholes[field]!}), toString(f.${field})), f.${field} != '')) AS ${field}s`
}

function partOf(field: string, whole: string): string {
  return `arrayFirst(each -> each.2 = ${whole}, ${field}s).3 AS ${field}`
}
