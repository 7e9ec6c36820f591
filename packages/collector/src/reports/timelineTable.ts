import type { Entry } from './entries.ts'
import type { Table } from './table.ts'
import { continueVisit, type Visit } from './timeOnPage.ts'

/**
 * The visits of one person in the order in which they began (PT19). In memory are those that go on, one for each of the
 * person's sessions, and what began behind the first of them.
 *
 * @param entries of that person
 * @param interval ms between beats
 */
export function timelineTable(entries: AsyncIterable<Entry[]>, interval: number): Table {
  return { columns: ['start', 'end', 'path', 'seconds'], batches: rows(entries, interval) }
}

async function* rows(batches: AsyncIterable<Entry[]>, interval: number): AsyncGenerator<(string | number)[][]> {
  const current = new Map<string, Visit>()
  const waiting: Visit[] = []
  for await (const batch of batches) {
    for (const entry of batch) {
      const visit = continueVisit(current.get(entry.session), entry, interval)
      if (visit === current.get(entry.session)) continue
      current.set(entry.session, visit)
      waiting.push(visit)
    }
    const now = batch.at(-1)?.time ?? -Infinity
    for (const [session, { last }] of current) if (now - last > 2 * interval) current.delete(session)
    const open = new Set(current.values())
    const ended = waiting.findIndex((visit) => open.has(visit))
    yield waiting.splice(0, ended === -1 ? waiting.length : ended).map(rowOf)
  }
  yield waiting.map(rowOf)
}

function rowOf({ start, end, path, engaged }: Visit): (string | number)[] {
  return [new Date(start).toISOString(), new Date(end).toISOString(), path, Math.round(engaged / 1000)]
}
