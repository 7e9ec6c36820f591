import type { TouchDimension } from '../query.ts'
import { touchWindow } from '../touches.ts'
import { deriveSql } from './deriveRows.ts'
import { hitsSql } from './hitsSql.ts'
import type { NameMaps } from './nameMaps.ts'
import type { Params } from './params.ts'
import { touchSql } from './rowValues.ts'
import type { RowColumn } from './rowColumns.ts'
import type { Tables } from './tables.ts'

/** What rows there are of a site: some days are built, others are derived as they are asked for. */
export interface SiteRows {
  site: string
  /** Of home days, `YYYY-MM-DD`, in their order: the build that tells of each. */
  built: ReadonlyMap<string, string>
  /** Home days without one, in their order. */
  inline: readonly string[]
  /** What sources and countries of the latter are called. */
  names: NameMaps
  /** Tells the days as they stand from what they were before. */
  state: string
}

/** Names the columns that a SELECT is about to read. */
export interface RowReader {
  column(name: RowColumn): string
  /** Of the touches of a row's visit. */
  touch(dimension: TouchDimension): string
}

/** Writes statements about rows. */
export interface RowsSource {
  readonly params: Params
  /**
   * @param write names what it reads, then gives the statement
   * @example
   * select(({ column }) => { const path = column('path'); return (from) => `SELECT ${path} FROM ${from}` })
   */
  select(write: (reader: RowReader) => (from: string) => string): string
}

/** @param days which of the days the rows themselves are of; touches look at the others too */
export function createRowsSource(tables: Tables, params: Params, rows: SiteRows, days: ReadonlySet<string>): RowsSource {
  return { params, select }

  function select(write: (reader: RowReader) => (from: string) => string): string {
    const columns = new Set<RowColumn>()
    const touches = new Set<TouchDimension>()
    const finish = write({
      column(name) {
        columns.add(name)
        return name
      },
      touch(dimension) {
        touches.add(dimension)
        return touchName(dimension)
      },
    })
    return finish(touches.size === 0 ? fromRows(columns, (day) => days.has(day)) : fromTouched(columns, [...touches]))
  }

  function fromTouched(columns: ReadonlySet<RowColumn>, touches: readonly TouchDimension[]): string {
    const own = fromRows(new Set([...columns, 'visit']), (day) => days.has(day))
    return `(SELECT r.*, ${touches.map((touch) => `t.${touchName(touch)} AS ${touchName(touch)}`).join(', ')} FROM ${own} AS r INNER JOIN ${touchesSql(touches)} AS t ON r.visit = t.touchedVisit)`
  }

  /** The first and the last touch of every visit: of its session id, that were not direct, of 90 days; else its own. See `createTouches`. */
  function touchesSql(touches: readonly TouchDimension[]): string {
    const columns = new Set<RowColumn>(['visit', 'session', 'start', 'direct', 'place'])
    const values = touches.map((touch) => touchSql(touch, (name) => (columns.add(name), name)))
    const isTouch = `NOT each.3 AND each.1 >= visits[nth].1 - ${touchWindow}`
    const found = touches.map((touch, index) => `visits[${touch.startsWith('first:') ? 'firstNth' : 'lastNth'}].${index + 4} AS ${touchName(touch)}`)
    return `(SELECT visits[nth].2 AS touchedVisit, arrayLastIndex(each -> ${isTouch}, arraySlice(visits, 1, nth)) AS lastFound,
      if(lastFound = 0, nth, lastFound) AS lastNth, if(lastFound = 0, nth, arrayFirstIndex(each -> ${isTouch}, visits)) AS firstNth, ${found.join(', ')}
      FROM (SELECT arraySort(groupArray((start, visit, direct, ${values.join(', ')}))) AS visits
        FROM ${fromRows(columns, () => true)} WHERE place = 1 GROUP BY if(session = 0, visit, session))
      ARRAY JOIN arrayEnumerate(visits) AS nth)`
  }

  function fromRows(columns: ReadonlySet<RowColumn>, has: (day: string) => boolean): string {
    const names = columns.size === 0 ? ['place'] : [...columns]
    const built = [...rows.built].filter(([day]) => has(day))
    const inline = rows.inline.filter(has)
    const parts: string[] = []
    if (built.length > 0) {
      const [first, last] = [built[0]![0], built.at(-1)![0]]
      const within = `day BETWEEN ${params.add('Date', first)} AND ${params.add('Date', last)} AND build IN ${params.add('Array(String)', built.map(([, build]) => build))}`
      parts.push(`SELECT ${names.join(', ')} FROM ${tables.rows} WHERE site = ${params.add('String', rows.site)} AND ${within}`)
    }
    if (inline.length > 0 || built.length === 0) {
      const hits = hitsSql(tables, params, { site: rows.site, days: inline })
      parts.push(`SELECT ${names.join(', ')} FROM (${deriveSql(hits, { params, names: rows.names, columns: new Set(names as RowColumn[]) })})`)
    }
    return `(${parts.join(' UNION ALL ')})`
  }
}

function touchName(dimension: TouchDimension): string {
  return dimension.replace(':', '_')
}
