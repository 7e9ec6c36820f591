import { createAnswer } from './answer.ts'
import { addImported, type CountedDay } from './imported/addImported.ts'
import type { StoredHit } from './hit.ts'
import type { Query, QueryResult } from './query.ts'

type Parts = AsyncIterable<readonly StoredHit[]> | Iterable<readonly StoredHit[]>

/**
 * Answers a query from all visible hits of its site, handed over in any number of parts; the hits of a home day must
 * be in one, and where the query names touches the days in order (`rangeToRead` says from when on).
 *
 * @param imported days that have none of these hits; told where `query.imports` asks for them
 * @throws RangeError as `createAnswer` does
 */
export async function runQuery(parts: Parts, query: Query, imported: readonly CountedDay[] = []): Promise<QueryResult> {
  const answer = createAnswer(query)
  for await (const hits of parts) answer.addHits(hits)
  const said = addImported(answer, query, imported)
  return { ...answer.result(), ...said }
}
