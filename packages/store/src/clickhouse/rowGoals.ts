import type { Goal } from '../query.ts'
import type { RowReader, RowsSource } from './rowsSource.ts'
import { wildcardSql } from './textTests.ts'

/** Without any, every interactive custom event is a goal of its own name. */
export function isOwnGoal({ column }: RowReader): string {
  return `(NOT ${column('isView')} AND ${column('interactive')})`
}

/** Whether a row reaches one of these goals, as `compileGoals` has it. */
export function reachesSql({ params }: Pick<RowsSource, 'params'>, { column }: RowReader, goals: readonly Goal[]): string {
  const isView = column('isView')
  const events = goals.flatMap((goal) => ('event' in goal ? [goal.event] : []))
  const pages = goals.flatMap((goal) => ('page' in goal ? [wildcardSql(params, goal.page, column('path'))] : []))
  const conditions = [
    ...(events.length === 0 ? [] : [`(NOT ${isView} AND ${column('name')} IN ${params.add('Array(String)', events)})`]),
    ...(pages.length === 0 ? [] : [`(${isView} AND (${pages.join(' OR ')}))`]),
  ]
  return conditions.length === 0 ? '0' : `(${conditions.join(' OR ')})`
}
