import { createAnswer } from '../answer.ts'
import { isTimeDimension } from '../dimensions.ts'
import type { Query, QueryResult } from '../query.ts'
import { addToRow } from '../sumInto.ts'
import type { SqlClient } from './client.ts'
import { createParams } from './params.ts'
import { createRowsSource } from './rowsSource.ts'
import { findRows, spanOf, type FoundRows } from './siteRows.ts'
import { planSums } from './sumsSql.ts'
import { readSums, type SumRow } from './sumRows.ts'
import type { Tables } from './tables.ts'
import { zoneSteps, type ZoneStep } from './zoneSteps.ts'

/**
 * Answers a query by sums that the server adds up.
 * @throws RangeError as `createAnswer` does
 */
export async function answerSql(client: SqlClient, tables: Tables, query: Query): Promise<QueryResult> {
  // Before anything is asked, so that it fails at once.
  const answer = createAnswer(query)
  const found = await findRows(client, tables, query)
  if (found.days.size === 0) return answer.result()
  await Promise.all(answer.asked.map(async ({ query: asked, rows }) => {
    for (const { dimensions, row } of await askSums(client, tables, found, asked)) addToRow(rows, dimensions, readSums(row))
  }))
  return answer.result()
}

async function askSums(client: SqlClient, tables: Tables, found: FoundRows, query: Query): Promise<{ dimensions: string[]; row: SumRow }[]> {
  const params = createParams()
  const source = createRowsSource(tables, params, found, found.days)
  const { statements, names } = planSums(source, query, stepsOf(query, found))
  const answers = await Promise.all(statements.map(({ sql }) => client.rows<SumRow>(sql, params)))
  return answers.flat().map((row) => ({ dimensions: names.read(row), row }))
}

function stepsOf({ dimensions = [], timezone, range }: Query, { days }: FoundRows): ZoneStep[] {
  if (!dimensions.some(isTimeDimension)) return []
  const { from, to } = spanOf(days)
  return zoneSteps(timezone, Math.max(range.from, from), Math.min(range.to, to))
}
