import { createVisitPicker } from '../funnels/pickVisits.ts'
import { queryOf, type VisitQuestion, type VisitStep } from '../funnels/visitQuestion.ts'
import type { SqlClient } from './client.ts'
import { createParams } from './params.ts'
import { asksHits, filtersSql, withinSql } from './rowFilters.ts'
import { isOwnGoal, reachesSql } from './rowGoals.ts'
import { createRowsSource, type RowReader, type RowsSource } from './rowsSource.ts'
import type { WithRows } from './siteRows.ts'
import type { Tables } from './tables.ts'
import { wildcardSql } from './textTests.ts'

/** What is read of each visit: expressions over the rows of its hits. */
export interface VisitSql {
  /** With their aliases. */
  values: readonly string[]
  /** The statement. @param visits a subquery, in brackets, of the values of each visit */
  finish(visits: string): string
}

/** Where visits are read. */
export interface VisitSource {
  client: SqlClient
  tables: Tables
  withRows: WithRows
}

/**
 * Asks about the visits that began in the range of a question and of which a hit in it meets the filters, as
 * `createVisitPicker` picks them. Nothing where there are no days.
 * @throws RangeError for a pattern that does not compile
 */
export async function askVisits<Row>({ client, tables, withRows }: VisitSource, question: VisitQuestion, write: (source: RowsSource, reader: RowReader) => VisitSql): Promise<Row[]> {
  // Before anything is asked, so that it fails at once.
  createVisitPicker(question)
  const query = queryOf(question)
  return withRows(query, async (found) => {
    if (found.days.size === 0) return []
    const params = createParams()
    const source = createRowsSource(tables, params, found)
    return client.rows<Row>(visitsSql(source, question, write), params)
  })
}

/** Whether a row is such a step, as `compileStep` has it. */
export function stepSql(source: RowsSource, reader: RowReader, step: VisitStep, { goals }: VisitQuestion): string {
  const { params } = source
  const { column } = reader
  if ('event' in step) return `(NOT ${column('isView')} AND ${column('name')} = ${params.add('String', step.event)})`
  if ('page' in step) return `(${column('isView')} AND ${wildcardSql(params, step.page, column('path'))})`
  if (goals === undefined) return `(${isOwnGoal(reader)} AND ${column('name')} = ${params.add('String', step.goal)})`
  return reachesSql(source, reader, goals.filter(({ name }) => name === step.goal))
}

function visitsSql(source: RowsSource, { range, filters = [], goals }: VisitQuestion, write: (source: RowsSource, reader: RowReader) => VisitSql): string {
  return source.select((reader) => {
    const { values, finish } = write(source, reader)
    const visit = reader.column('visit')
    const begun = withinSql(source, reader.column('start'), range)
    const met = filtersSql(source, reader, filters, { range, goals })
    // A visit's first hit is in the range with its start: what is said of the whole visit is said of it.
    const [where, having] = filters.some(asksHits) ? [begun, ` HAVING max(${withinSql(source, reader.column('time'), range)} AND ${met})`] : [`${begun} AND ${met}`, '']
    return (from) => finish(`(SELECT ${values.join(', ')} FROM ${from} WHERE ${where} GROUP BY ${visit}${having})`)
  })
}
