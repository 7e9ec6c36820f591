import { createAnswer } from '../answer.ts'
import { isTimeDimension } from '../dimensions.ts'
import type { Query, QueryResult } from '../query.ts'
import { addToRow } from '../sumInto.ts'
import type { SqlClient } from './client.ts'
import { cutSql } from './cutRows.ts'
import { createParams } from './params.ts'
import { createRowsSource } from './rowsSource.ts'
import type { AskRows } from './sharedRows.ts'
import { findRows, spanOf, type FoundRows } from './siteRows.ts'
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
export async function answerSql(client: SqlClient, tables: Tables, query: Query, ask: AskRows): Promise<QueryResult> {
  // Before anything is asked, so that it fails at once.
  const answer = createAnswer(query)
  const found = await findRows(client, tables, query)
  if (found.days.size === 0) return answer.result()
  const totals = await Promise.all(answer.asked.map(async ({ query: asked, rows }, index) => {
    const isOwn = index === 0
    const told = await askSums(ask, tables, found, isOwn ? asked : { ...asked, pagination: {} }, isOwn)
    for (const { dimensions, row } of told.rows) addToRow(rows, dimensions, readSums(row))
    return told.total
  }))
  const result = answer.result()
  return totals[0] === undefined ? result : { ...result, totalRows: totals[0] }
}

/** @param isPage whether only the rows of the query's page are asked for, if the server can tell which these are */
async function askSums(ask: AskRows, tables: Tables, found: FoundRows, query: Query, isPage: boolean): Promise<AskedRows> {
  const params = createParams()
  const source = createRowsSource(tables, params, found, found.days)
  const { statements: [first, ...others], names } = planSums(source, query, stepsOf(query, found))
  const askFor = async (sql: string) => (await ask<SumRow>(sql, params, found)).map((row) => ({ dimensions: names.read(row), row }))
  const parts = (await Promise.all(others.map(askFor))).flat()
  // What others say of rows may be what the order goes by, or rows that come first.
  const cut = isPage && parts.length === 0 ? cutSql(first!, query) : undefined
  const rows = await askFor(cut ?? first!)
  const total = cut === undefined ? undefined : rows[0]?.row['allRows']
  return { rows: [...rows, ...parts], ...(total !== undefined && { total: Number(total) }) }
}

function stepsOf({ dimensions = [], timezone, range }: Query, { days }: FoundRows): ZoneStep[] {
  if (!dimensions.some(isTimeDimension)) return []
  const { from, to } = spanOf(days)
  return zoneSteps(timezone, Math.max(range.from, from), Math.min(range.to, to))
}
