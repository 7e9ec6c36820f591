import { createAnswer } from '../answer.ts'
import { isTimeDimension } from '../dimensions.ts'
import type { Query, QueryResult } from '../query.ts'
import { addToRow } from '../sumInto.ts'
import { cutSql } from './cutRows.ts'
import { createParams } from './params.ts'
import { createRowsSource } from './rowsSource.ts'
import type { AskRows } from './sharedRows.ts'
import { spanOf, type FoundRows, type WithRows } from './siteRows.ts'
import { planSums } from './sumsSql.ts'
import { readSums, type SumRow } from './sumRows.ts'
import type { Tables } from './tables.ts'
import { zoneSteps, type ZoneStep } from './zoneSteps.ts'

interface AskedRows {
  rows: { dimensions: string[]; row: SumRow }[]
  /** How many there are, where not all are here. */
  total?: number
}

/**
 * Answers a query by sums that the server adds up.
 * @throws RangeError as `createAnswer` does
 */
export async function answerSql(tables: Tables, query: Query, withRows: WithRows, ask: AskRows): Promise<QueryResult> {
  // Before anything is asked, so that it fails at once.
  const answer = createAnswer(query)
  const totals = await withRows(query, async (found) => (found.days.size === 0 ? [] : all(answer.asked.map(async ({ query: asked, rows }, index) => {
    const isOwn = index === 0
    const told = await askSums(ask, tables, found, isOwn ? asked : { ...asked, pagination: {} }, isOwn)
    for (const { dimensions, row } of told.rows) addToRow(rows, dimensions, readSums(row))
    return told.total
  }))))
  const result = answer.result()
  return totals[0] === undefined ? result : { ...result, totalRows: totals[0] }
}

/** @param isPage whether only the rows of the query's page are asked for, if the server can tell which these are */
async function askSums(ask: AskRows, tables: Tables, found: FoundRows, query: Query, isPage: boolean): Promise<AskedRows> {
  if (found.whole !== undefined && asksEverybody(query)) return { rows: [{ dimensions: [], row: { sum_visitors: found.whole.reduce((sum, { visitors }) => sum + Number(visitors), 0) } }] }
  const params = createParams()
  const source = createRowsSource(tables, params, found)
  const { statements: [first, ...others], names } = planSums(source, query, stepsOf(query, found))
  const askFor = async (sql: string) => (await ask<SumRow>(sql, params, found)).map((row) => ({ dimensions: names.read(row), row }))
  const parts = (await all(others.map(askFor))).flat()
  // What others say of rows may be what the order goes by, or rows that come first.
  const cut = isPage && parts.length === 0 ? cutSql(first!, query) : undefined
  const rows = await askFor(cut ?? first!)
  const total = cut === undefined ? undefined : rows[0]?.row['allRows']
  return { rows: [...rows, ...parts], ...(total !== undefined && { total: Number(total) }) }
}

/** Whether only all visitors are asked for, as shares of everybody are: what is known of the days says it. */
function asksEverybody({ metrics, dimensions = [], filters = [] }: Query): boolean {
  return dimensions.length === 0 && filters.length === 0 && metrics.every((metric) => metric === 'visitors')
}

/** As Promise.all, but nothing goes on behind a failure: what is read may be gone then. */
async function all<T>(promises: readonly Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(promises)
  return Promise.all(promises)
}

function stepsOf({ dimensions = [], timezone, range }: Query, { days }: FoundRows): ZoneStep[] {
  if (!dimensions.some(isTimeDimension)) return []
  const { from, to } = spanOf(days)
  return zoneSteps(timezone, Math.max(range.from, from), Math.min(range.to, to))
}
