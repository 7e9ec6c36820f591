import type { StoredHit } from '../hit.ts'
import type { SqlClient } from './client.ts'
import { decodeFact, type FactRow } from './factRow.ts'
import { createParams, type Params } from './params.ts'
import type { Tables } from './tables.ts'

/** What names a hit within a site. */
export type HitName = Pick<StoredHit, 'day' | 'id'>

/** Bounds the values of one statement, which travel in its address: a megabyte is the server's limit. */
const namesAtOnce = 2000

/** `YYYY-MM-DD id`, as a key. */
export function nameOf({ day, id }: HitName): string {
  return `${day} ${id}`
}

/** The facts that count of some hits, by `nameOf`. */
export async function readFacts(client: SqlClient, tables: Tables, site: string, names: readonly HitName[]): Promise<Map<string, StoredHit[]>> {
  const facts = new Map<string, StoredHit[]>()
  const wanted = new Set(names.map(nameOf))
  for (const some of inParts(names)) {
    const params = createParams()
    const sql = `SELECT * FROM ${tables.facts} FINAL WHERE ${namesCondition(params, site, some)}`
    addTo(facts, await client.rows<FactRow>(sql, params), wanted)
  }
  return facts
}

/** The facts of which a condition holds, with all others of the same hits. */
export async function readFactsWhere(client: SqlClient, tables: Tables, params: Params, site: string, condition: string): Promise<Map<string, StoredHit[]>> {
  const facts = new Map<string, StoredHit[]>()
  const which = `site = ${params.add('String', site)}`
  const sql = `SELECT * FROM ${tables.facts} FINAL WHERE ${which} AND (day, id) IN (SELECT day, id FROM ${tables.facts} WHERE ${which} AND (${condition}))`
  for await (const rows of client.stream<FactRow>(sql, params)) addTo(facts, rows)
  return facts
}

/** For a first look: a day may have an id that is wanted of another one only. */
export function namesCondition(params: Params, site: string, names: readonly HitName[]): string {
  const days = [...new Set(names.map(({ day }) => day))]
  const ids = [...new Set(names.map(({ id }) => id))]
  return `site = ${params.add('String', site)} AND day IN ${params.add('Array(Date)', days)} AND id IN ${params.add('Array(String)', ids)}`
}

export function* inParts<T>(all: readonly T[]): Generator<readonly T[]> {
  for (let start = 0; start < all.length; start += namesAtOnce) yield all.slice(start, start + namesAtOnce)
}

function addTo(facts: Map<string, StoredHit[]>, rows: readonly FactRow[], wanted?: ReadonlySet<string>): void {
  for (const row of rows) {
    const fact = decodeFact(row)
    const name = nameOf(fact)
    if (wanted?.has(name) === false) continue
    const known = facts.get(name)
    if (known === undefined) facts.set(name, [fact])
    else known.push(fact)
  }
}
