import type { SqlClient } from './client.ts'
import type { Params } from './params.ts'
import type { SiteRows } from './rowsSource.ts'

/** Asks for the rows of a statement about a site as it stands. */
export type AskRows = <Row>(sql: string, params: Params, of: SiteRows) => Promise<Row[]>

/**
 * Asks once for what several questions of a moment want to know, as the panels of a dashboard do of everybody's number. They are of
 * the same statement and of a site whose days stand as they did: whoever has stored a hit since finds another state, and asks anew.
 */
export function createSharedRows(client: SqlClient): AskRows {
  const asked = new Map<string, Promise<unknown[]>>()
  return async <Row>(sql: string, params: Params, { state }: SiteRows) => {
    const key = JSON.stringify([state, sql, params.values])
    const known = asked.get(key)
    if (known !== undefined) return known as Promise<Row[]>
    const rows = client.rows<Row>(sql, params)
    asked.set(key, rows)
    try {
      return await rows
    } finally {
      asked.delete(key)
    }
  }
}
