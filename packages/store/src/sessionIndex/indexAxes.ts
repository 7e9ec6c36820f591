import { isTimeDimension, type TimeDimension } from '../dimensions.ts'
import { compileGoals, type GoalsOf } from '../goals.ts'
import type { Dimension, Query } from '../query.ts'
import { wantedGoals } from '../rowValues.ts'
import type { BoundColumns } from './indexTests.ts'
import { lookUpViews } from './indexTests.ts'
import type { VisitBatch } from './hitBatch.ts'
import { room } from './hitBatch.ts'
import { lookUp } from './lookUp.ts'
import { hasPageGoals, reachedGoals } from './reachedGoals.ts'
import { isPropDimension, readPropOf } from './propTexts.ts'
import type { Codes, ColumnName } from './sessionIndex.ts'
import { touchedPage, visitField, type TouchedPage, type VisitField } from './visitFields.ts'

/** A dimension as a question to columns, made once for a query. */
export type IndexAxis =
  /** Of a visit. */
  | { kind: 'text'; field: VisitField }
  | { kind: 'touched'; page: TouchedPage }
  /** Of a hit, and of a visit the one that it was entered at. */
  | { kind: 'page'; column: 'path' | 'hostname' }
  /** Of a hit. */
  | { kind: 'name' }
  | { kind: 'prop'; read: (props: string) => string }
  | { kind: 'goal'; goalsOf: GoalsOf; byPage: boolean }
  /** Of a hit, and of a visit when it began. */
  | { kind: 'time'; dimension: TimeDimension }

/** Undefined where columns cannot tell. */
export function compileIndexAxis(dimension: Dimension, { goals, filters = [] }: Pick<Query, 'goals' | 'filters'>): IndexAxis | undefined {
  if (isTimeDimension(dimension)) return { kind: 'time', dimension }
  if (dimension === 'event:page') return { kind: 'page', column: 'path' }
  if (dimension === 'event:hostname') return { kind: 'page', column: 'hostname' }
  if (dimension === 'event:name') return { kind: 'name' }
  if (dimension === 'event:goal') return { kind: 'goal', goalsOf: compileGoals(goals, wantedGoals(filters)), byPage: hasPageGoals(goals) }
  if (isPropDimension(dimension)) return { kind: 'prop', read: readPropOf(dimension) }
  const page = touchedPage(dimension)
  if (page !== undefined) return { kind: 'touched', page }
  const field = visitField(dimension)
  return field && { kind: 'text', field }
}

export function columnsOfAxis(axis: IndexAxis): ColumnName[] {
  switch (axis.kind) {
    case 'text':
      return [axis.field.column]
    case 'touched':
      return ['kind', axis.page.column]
    case 'page':
      return ['kind', axis.column]
    case 'name':
      return ['kind']
    case 'prop':
      return ['props']
    case 'goal':
      return axis.byPage ? ['kind', 'path'] : ['kind']
    case 'time':
      return []
  }
}

/** An axis on the codes of an index: its labels have numbers. */
export type BoundAxis =
  /** What it answers with is written over by its next answer. */
  | { kind: 'visit'; labels: readonly string[]; ofVisits(batch: VisitBatch): Int32Array }
  | { kind: 'page'; labels: readonly string[]; codes: Codes; table: Int32Array }
  /** Also of what a prop says. */
  | { kind: 'name'; labels: readonly string[]; codes: Codes; table: Int32Array }
  /** What hits reach by the code of their kind; undefined where that of their path says. */
  | { kind: 'goal'; labels: readonly string[]; ofKind: readonly (readonly number[] | undefined)[]; ofPath: readonly (readonly number[])[] }

export function bindAxis(axis: Exclude<IndexAxis, { kind: 'time' }>, bound: BoundColumns): BoundAxis {
  const { columns, views } = bound
  switch (axis.kind) {
    case 'text': {
      const { values, codes } = columns[axis.field.column]
      const { labels, table } = numberLabels(values.map((value) => axis.field.label(value)))
      return { kind: 'visit', labels, ofVisits: rememberBatch(({ at, count }, out) => lookUp(codes, at, count, table, out)) }
    }
    case 'touched': {
      const { which, column, missing } = axis.page
      const { values, codes } = columns[column]
      const { labels, table } = numberLabels([...values, missing])
      const ofVisits = rememberBatch((batch, out) => lookUpViews(codes, views[which](batch), batch.count, table, table[values.length]!, out))
      return { kind: 'visit', labels, ofVisits }
    }
    case 'page': {
      const { values, codes } = columns[axis.column]
      return { kind: 'page', labels: values, codes, table: Int32Array.from(values, (_, code) => code) }
    }
    case 'name': {
      const { values, codes } = columns.kind
      return { kind: 'name', codes, ...numberLabels(values.map(({ type, name }) => (type === 'pageview' ? 'pageview' : name))) }
    }
    case 'prop': {
      const { values, codes } = columns.props
      return { kind: 'name', codes, ...numberLabels(values.map(axis.read)) }
    }
    case 'goal': {
      const { ofKind, ofPath } = reachedGoals(axis.goalsOf, axis.byPage, columns)
      const labels = [...new Set([...ofKind, ...ofPath].flatMap((names) => names ?? []))]
      const numbers = new Map(labels.map((label, number) => [label, number]))
      const numbersOf = (names: readonly string[]) => names.map((name) => numbers.get(name)!)
      return { kind: 'goal', labels, ofKind: ofKind.map((names) => names && numbersOf(names)), ofPath: ofPath.map(numbersOf) }
    }
  }
}

/** Several codes may have one label. */
function numberLabels(texts: readonly string[]): { labels: string[]; table: Int32Array } {
  const numbers = new Map<string, number>()
  const table = Int32Array.from(texts, (text) => {
    const known = numbers.get(text)
    if (known !== undefined) return known
    numbers.set(text, numbers.size)
    return numbers.size - 1
  })
  return { labels: [...numbers.keys()], table }
}

/** Asked several times about the same visits, it answers from what it knows. */
function rememberBatch(find: (batch: VisitBatch, out: Int32Array) => void): (batch: VisitBatch) => Int32Array {
  let serial = -1
  let known: Int32Array = new Int32Array(0)
  return (batch) => {
    if (serial === batch.serial) return known
    serial = batch.serial
    known = room(known, batch.count)
    find(batch, known)
    return known
  }
}
