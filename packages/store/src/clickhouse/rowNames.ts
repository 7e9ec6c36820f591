import { isTimeDimension } from '../dimensions.ts'
import type { Dimension, Goal, Query } from '../query.ts'
import { wantedGoals } from '../rowValues.ts'
import { bucketLabel, bucketSql } from './rowBuckets.ts'
import { isOwnGoal, reachesSql } from './rowGoals.ts'
import type { RowReader, RowsSource } from './rowsSource.ts'
import { valueSql } from './rowValues.ts'
import { comparisonSql } from './textTests.ts'
import type { ZoneStep } from './zoneSteps.ts'
import { isComparison, isNegated } from '../comparisons.ts'

/** By what a row is named: a hit, its visit, or the entry that stands for the visit. See `RowValues.valuesOf`. */
export type Naming = 'hit' | 'visit' | 'entry'

/** How hits are filed into the rows of a query: what `compileRowValues` says, in SQL. */
export interface RowNames {
  /** `d0`, `d1` …: a column for each dimension. */
  aliases: readonly string[]
  /** Expressions with their aliases. A hit that reaches several goals is in a row of each. */
  sql(reader: RowReader, naming: Naming): string[]
  /** What a hit has to be for any row. */
  conditions(reader: RowReader): string[]
  /** The values of what the columns say. */
  read(row: Readonly<Record<string, unknown>>): string[]
}

/** @param steps of the query's zone, where a dimension of time asks for it */
export function createRowNames(source: RowsSource, { dimensions = [], filters = [], goals }: Query, steps: readonly ZoneStep[]): RowNames {
  const { params } = source
  const isWanted = wantedGoals(filters)
  const goalNames = [...new Set((goals ?? []).map(({ name }) => name))].filter(isWanted)
  return {
    aliases: dimensions.map((_, index) => `d${index}`),
    sql: (reader, naming) => dimensions.map((dimension, index) => `${nameSql(reader, naming, dimension)} AS d${index}`),
    conditions: (reader) => (dimensions.includes('event:goal') && goals === undefined ? [isOwnGoal(reader), ...eventRows(source, reader), ...ownGoals(reader)] : []),
    read: (row) => dimensions.map((dimension, index) => readValue(dimension, row[`d${index}`])),
  }

  function nameSql(reader: RowReader, naming: Naming, dimension: Dimension): string {
    const { column } = reader
    if (isTimeDimension(dimension)) return bucketSql(params, steps, dimension, column(naming === 'hit' ? 'time' : 'start'))
    if (dimension === 'event:goal') return goalSql(reader)
    if (naming === 'entry' && dimension === 'event:page') return column('entryPath')
    if (naming === 'entry' && dimension === 'event:hostname') return column('entryHost')
    return valueSql(params, reader, dimension)
  }

  /** By their places from 1 on; events that are goals of their own by their names. */
  function goalSql(reader: RowReader): string {
    if (goals === undefined) return reader.column('name')
    const reached = goalNames.map((name, index) => `if(${reachesSql(source, reader, named(goals, name))}, ${index + 1}, 0)`)
    return reached.length === 0 ? 'arrayJoin(emptyArrayUInt8())' : `arrayJoin(arrayFilter(goal -> goal > 0, [${reached.join(', ')}]))`
  }

  /** As `wantedGoals` has it. */
  function ownGoals({ column }: RowReader): string[] {
    return filters.filter(isComparison).filter((filter) => filter[1] === 'event:goal' && !isNegated(filter)).map((filter) => comparisonSql(params, filter, column('name')))
  }

  function readValue(dimension: Dimension, value: unknown): string {
    if (isTimeDimension(dimension)) return bucketLabel(dimension, Number(value))
    return dimension === 'event:goal' && goals !== undefined ? goalNames[Number(value) - 1]! : String(value)
  }
}

/** The others need not be read: see `section`. */
function eventRows({ whole }: RowsSource, { column }: RowReader): string[] {
  return whole === undefined ? [] : [`${column('section')} != 1`]
}

function named(goals: readonly Goal[], wanted: string): Goal[] {
  return goals.filter(({ name }) => name === wanted)
}
