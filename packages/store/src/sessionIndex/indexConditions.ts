import { compileComparison, compileWanted, isComparison, isJoin, isNegated, type Comparison, type ValueTest } from '../comparisons.ts'
import { compileGoals, type GoalsOf } from '../goals.ts'
import type { Filter, Goal } from '../query.ts'
import { hasPageGoals } from './reachedGoals.ts'
import { isPropDimension, readPropOf } from './propTexts.ts'
import type { ColumnName, VisitText } from './sessionIndex.ts'
import { touchedPage, visitField, type TouchedPage } from './visitFields.ts'

/** A filter as a question to columns, made once for a query. */
export type IndexCondition =
  /** Of a visit. The test takes the column's value. */
  | { kind: 'text'; column: VisitText; test: ValueTest }
  | { kind: 'touched'; page: TouchedPage; test: ValueTest }
  /** Some hit of the visit in the range meets it. */
  | { kind: 'done'; part: IndexCondition }
  /** Of a hit. */
  | { kind: 'page'; column: 'path' | 'hostname'; test: ValueTest }
  | { kind: 'name'; test: ValueTest }
  /** The test takes the props as their column has them. */
  | { kind: 'prop'; test: ValueTest }
  | { kind: 'goal'; goalsOf: GoalsOf; byPage: boolean }
  /** Of either. */
  | { kind: 'and' | 'or'; parts: readonly IndexCondition[] }
  | { kind: 'not'; part: IndexCondition }

/**
 * Undefined where columns cannot tell.
 * @throws RangeError for a pattern that does not compile
 */
export function compileIndexCondition(filter: Filter, goals: readonly Goal[] | undefined): IndexCondition | undefined {
  if (isComparison(filter)) return compileOne(filter, goals)
  if (isJoin(filter)) {
    const parts = filter[1].map((each) => compileIndexCondition(each, goals))
    return parts.every((part) => part !== undefined) ? { kind: filter[0], parts } : undefined
  }
  const [kind, operand] = filter
  const part = compileIndexCondition(operand, goals)
  if (part === undefined) return undefined
  if (kind === 'not') return { kind, part }
  const done: IndexCondition = { kind: 'done', part }
  return kind === 'has_done' ? done : { kind: 'not', part: done }
}

function compileOne(comparison: Comparison, goals: readonly Goal[] | undefined): IndexCondition | undefined {
  const [, dimension] = comparison
  if (dimension === 'event:goal') {
    const goal: IndexCondition = { kind: 'goal', goalsOf: compileGoals(goals, compileWanted(comparison)), byPage: hasPageGoals(goals) }
    return isNegated(comparison) ? { kind: 'not', part: goal } : goal
  }
  const test = compileComparison(comparison)
  if (dimension === 'event:page') return { kind: 'page', column: 'path', test }
  if (dimension === 'event:hostname') return { kind: 'page', column: 'hostname', test }
  if (dimension === 'event:name') return { kind: 'name', test }
  if (isPropDimension(dimension)) {
    const read = readPropOf(dimension)
    return { kind: 'prop', test: (props) => test(read(props)) }
  }
  const page = touchedPage(dimension)
  if (page !== undefined) return { kind: 'touched', page, test }
  const field = visitField(dimension)
  return field && { kind: 'text', column: field.column, test: (value) => test(field.label(value)) }
}

/** Whether it is about visits whatever their single hits are. */
export function isOfVisit(condition: IndexCondition): boolean {
  if (condition.kind === 'and' || condition.kind === 'or') return condition.parts.every(isOfVisit)
  if (condition.kind === 'not') return isOfVisit(condition.part)
  return condition.kind === 'text' || condition.kind === 'touched' || condition.kind === 'done'
}

/** Whether it has to see hits to tell. */
export function looksAtHits(condition: IndexCondition): boolean {
  if (condition.kind === 'and' || condition.kind === 'or') return condition.parts.some(looksAtHits)
  if (condition.kind === 'not') return looksAtHits(condition.part)
  return condition.kind !== 'text'
}

export function columnsOf(condition: IndexCondition): ColumnName[] {
  switch (condition.kind) {
    case 'and':
    case 'or':
      return condition.parts.flatMap(columnsOf)
    case 'not':
    case 'done':
      return columnsOf(condition.part)
    case 'text':
    case 'page':
      return [condition.column]
    case 'touched':
      return ['kind', condition.page.column]
    case 'name':
      return ['kind']
    case 'prop':
      return ['props']
    case 'goal':
      return condition.byPage ? ['kind', 'path'] : ['kind']
  }
}
