import { isEventDimension, isTouchDimension, noSource, notSet, type TimeDimension } from '../dimensions.ts'
import type { Dimension, TouchDimension, TouchName } from '../query.ts'
import type { Params } from './params.ts'
import type { RowColumn } from './rowColumns.ts'
import type { RowReader } from './rowsSource.ts'

type Column = (name: RowColumn) => string

/** Dimensions that are a column, and what stands for an empty one. */
const plain: Partial<Record<Dimension, readonly [RowColumn, empty?: string]>> = {
  'event:name': ['name'],
  'event:page': ['path'],
  'event:hostname': ['hostname'],
  'visit:source': ['source'],
  'visit:referrer': ['referrer', noSource],
  'visit:channel': ['channel', 'Direct'],
  'visit:utm_source': ['utmSource', notSet],
  'visit:utm_medium': ['utmMedium', notSet],
  'visit:utm_campaign': ['utmCampaign', notSet],
  'visit:utm_term': ['utmTerm', notSet],
  'visit:utm_content': ['utmContent', notSet],
  'visit:click_id': ['clickIds', notSet],
  'visit:browser': ['browser', notSet],
  'visit:browser_version': ['browserVersion', notSet],
  'visit:os': ['os', notSet],
  'visit:os_version': ['osVersion', notSet],
  'visit:device': ['device', notSet],
  'visit:country': ['country', notSet],
  'visit:country_name': ['countryName', notSet],
  'visit:region': ['region', notSet],
  'visit:region_name': ['region', notSet],
  'visit:city': ['city', notSet],
  'visit:city_name': ['city', notSet],
  'visit:language': ['language', notSet],
  'visit:screen_class': ['screenClass', notSet],
}

/** Those of the pages of a visit, which it has if it has pageviews. */
const pages: Partial<Record<Dimension, RowColumn>> = {
  'visit:entry_page': 'entryPath',
  'visit:exit_page': 'exitPath',
  'visit:entry_page_hostname': 'entryHost',
  'visit:exit_page_hostname': 'exitHost',
}

/** What a row is filed under, as an expression: see `readEvent` and `readVisit`. */
export function valueSql(params: Params, { column, touch }: RowReader, dimension: Exclude<Dimension, TimeDimension | 'event:goal'>): string {
  if (isTouchDimension(dimension)) return touch(dimension)
  const page = pages[dimension]
  if (page !== undefined) return `if(${column('views')} > 0, ${column(page)}, '${notSet}')`
  if (plain[dimension] !== undefined || !isEventDimension(dimension)) return plainSql(dimension, column)
  const value = `${column('props')}[${params.add('String', dimension.slice('event:props:'.length))}]`
  return `if(${value} = '', '(none)', ${value})`
}

/** What a visit's own touch is, by the name of that of its session id. */
export function touchSql(dimension: TouchDimension, column: Column): string {
  return plainSql(`visit:${dimension.slice(dimension.indexOf(':') + 1) as TouchName}`, column)
}

function plainSql(dimension: Dimension, column: Column): string {
  const [name, empty] = plain[dimension]!
  const value = column(name)
  return empty === undefined ? value : `if(${value} = '', '${empty}', ${value})`
}

/** The column that a dimension is as it is stored, and what stands for an empty text there: comparing it takes less than comparing values. */
export function storedAs(dimension: Dimension): readonly [column: RowColumn, empty: string] | undefined {
  const [column, empty] = plain[dimension] ?? []
  return column === undefined || empty === undefined ? undefined : [column, empty]
}
