import { compileComparison, isComparison, isJoin, type Comparison, type ValueTest } from '../comparisons.ts'
import { countryName } from '../countryNames.ts'
import { isTimeDimension, notSet, type TimeDimension } from '../dimensions.ts'
import type { Dimension, Filter, Goal, Query } from '../query.ts'
import { rollupDimensions, type RollupDimension } from './rollup.ts'

type ValueDimension = Exclude<Dimension, TimeDimension>

/** Which rows of a rollup answer a question. */
export interface RowSource {
  /** Undefined: the totals. */
  dimension: RollupDimension | undefined
  /** Where the values stand among the question's dimensions; undefined where it only asks for one of them. */
  index: number | undefined
  /** What the question calls a row ('' where it does not ask for them), undefined for one that it leaves out; all as they are without. */
  nameOf?: ((label: string) => string | undefined) | undefined
}

const kept: ReadonlySet<string> = new Set(rollupDimensions)

/** What else the rows of a dimension are known as: names of places as far as they are stored. */
const aliases: Partial<Record<ValueDimension, RollupDimension>> = {
  'visit:region_name': 'visit:region',
  'visit:city_name': 'visit:city',
  'visit:country_name': 'visit:country',
}

/**
 * Those of which a filter picks whole rows. With pages and host names it would also pick what a visit is entered by, and
 * a hit that reaches two goals is in two rows.
 */
function isFilterable(dimension: ValueDimension): boolean {
  return dimension.startsWith('visit:') || dimension === 'event:name'
}

/**
 * Finds out whether a question is one about rows of one dimension: it asks for them, for those of them that its filters
 * let through, or by its filter for a single one. Visitors of several rows cannot be told from their sums.
 */
export function compileRowSource({ dimensions = [], filters = [], goals }: Pick<Query, 'dimensions' | 'filters' | 'goals'>): RowSource | undefined {
  const index = dimensions.findIndex((dimension) => !isTimeDimension(dimension))
  const asked = dimensions[index] as ValueDimension | undefined
  if (dimensions.filter((dimension) => !isTimeDimension(dimension)).length > 1) return undefined
  const comparisons = comparisonsIn(filters)
  if (comparisons === undefined) return undefined
  const filtered = comparisons[0]?.[1]
  if (filtered === undefined) return asked === undefined ? { dimension: undefined, index: undefined } : compileAll(asked, index, goals)
  if (!isFilterable(filtered) || comparisons.some(([, dimension]) => dimension !== filtered)) return undefined
  if (asked === undefined) return filters.every(isOne) && filters.length === 1 ? compileSome(filtered, undefined, filters) : undefined
  return asked === filtered ? compileSome(asked, index, filters) : undefined
}

function compileAll(asked: ValueDimension, index: number, goals: readonly Goal[] | undefined): RowSource | undefined {
  if (asked === 'event:goal' && goals !== undefined) return compileGoalRows(goals, index)
  const dimension = dimensionOf(asked)
  return dimension && { dimension, index, ...(asked === 'visit:country_name' && { nameOf: nameCountry }) }
}

function compileSome(asked: ValueDimension, index: number | undefined, filters: readonly Filter[]): RowSource | undefined {
  const dimension = dimensionOf(asked)
  if (dimension === undefined) return undefined
  const test = compileTest(['and', filters])
  const nameOf = asked === 'visit:country_name' ? nameCountry : (label: string) => label
  return {
    dimension,
    index,
    nameOf(label) {
      const name = nameOf(label)
      if (!test(name)) return undefined
      return index === undefined ? '' : name
    },
  }
}

/** An event by itself is a goal as it is a name. Of what several events or pages do, visitors are not known. */
function compileGoalRows(goals: readonly Goal[], index: number): RowSource | undefined {
  const names = new Map<string, string>()
  for (const goal of goals) {
    // Under this name are also views.
    if (!('event' in goal) || goal.event === 'pageview' || names.has(goal.event)) return undefined
    names.set(goal.event, goal.name)
  }
  if (new Set(names.values()).size < names.size) return undefined
  return { dimension: 'event:name', index, nameOf: (label) => names.get(label) }
}

function dimensionOf(asked: ValueDimension): RollupDimension | undefined {
  return aliases[asked] ?? (kept.has(asked) ? (asked as RollupDimension) : undefined)
}

function nameCountry(label: string): string {
  return label === notSet ? label : countryName(label)
}

/** All that filters compare; undefined where they ask what visits have done. */
function comparisonsIn(filters: readonly Filter[]): Comparison[] | undefined {
  const found: Comparison[] = []
  for (const filter of filters) {
    if (isComparison(filter)) {
      found.push(filter)
      continue
    }
    const inner = isJoin(filter) ? comparisonsIn(filter[1]) : filter[0] === 'not' ? comparisonsIn([filter[1]]) : undefined
    if (inner === undefined) return undefined
    found.push(...inner)
  }
  return found
}

/** Whether a filter lets one value through and no more. */
function isOne(filter: Filter): boolean {
  if (!isComparison(filter)) return false
  const [operator, dimension, values, { caseSensitive = true } = {}] = filter
  const mayBeMany = dimension.endsWith('_page') && values[0]?.includes('*')
  // Two countries of one name are two rows.
  return operator === 'is' && values.length === 1 && caseSensitive && !mayBeMany && dimension !== 'visit:country_name'
}

function compileTest(filter: Filter): ValueTest {
  if (isComparison(filter)) return compileComparison(filter)
  if (filter[0] === 'not') return negate(compileTest(filter[1]))
  if (!isJoin(filter)) throw new TypeError(`[treadlight store] ${filter[0]} compares no values`)
  const tests = filter[1].map(compileTest)
  return filter[0] === 'and' ? (value) => tests.every((test) => test(value)) : (value) => tests.some((test) => test(value))
}

function negate(test: ValueTest): ValueTest {
  return (value) => !test(value)
}
