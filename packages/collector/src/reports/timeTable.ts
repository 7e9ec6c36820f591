import type { Entry } from './entries.ts'
import type { Table } from './table.ts'
import { continueVisit, type Visit } from './timeOnPage.ts'

/** A session that was silent for so long, ms, is written down; what it does later begins new rows. */
const silence = 24 * 3_600_000

/** A session of a user, and where it is at the moment. */
interface Person {
  username: string
  session: string
  last: number
  visit: Visit | undefined
  /** By path, in the order in which they were first seen. */
  pages: Map<string, Page>
}

interface Page {
  visits: number
  beats: number
  engaged: number
  first: number
  last: number
}

/**
 * How long each session of each user was on each page (PT19), written as sessions end. In memory are those that were
 * heard of in the last 24 hours, each with its pages.
 *
 * @param interval ms between beats
 */
export function timeTable(entries: AsyncIterable<Entry[]>, interval: number): Table {
  return { columns: ['user', 'session', 'path', 'visits', 'beats', 'seconds', 'first', 'last'], batches: rows(entries, interval) }
}

async function* rows(batches: AsyncIterable<Entry[]>, interval: number): AsyncGenerator<(string | number)[][]> {
  // Those heard of last are the last.
  const persons = new Map<string, Person>()
  for await (const batch of batches) {
    const ended: (string | number)[][] = []
    for (const entry of batch) {
      ended.push(...takeBefore(persons, entry.time - silence))
      addEntry(persons, entry, interval)
    }
    yield ended
  }
  yield takeBefore(persons, Infinity)
}

function addEntry(persons: Map<string, Person>, entry: Entry, interval: number): void {
  const { username, session, path, time, engaged } = entry
  const key = JSON.stringify([username, session])
  const person = persons.get(key) ?? { username, session, last: time, visit: undefined, pages: new Map<string, Page>() }
  persons.delete(key)
  persons.set(key, person)
  const page = person.pages.get(path) ?? { visits: 0, beats: 0, engaged: 0, first: time, last: time }
  person.pages.set(path, page)
  const visit = continueVisit(person.visit, entry, interval)
  if (visit !== person.visit) page.visits++
  page.beats++
  page.engaged += engaged
  page.last = Math.max(page.last, time + engaged)
  person.visit = visit
  person.last = time
}

function takeBefore(persons: Map<string, Person>, horizon: number): (string | number)[][] {
  const taken: (string | number)[][] = []
  for (const [key, person] of persons) {
    if (person.last >= horizon) break
    persons.delete(key)
    taken.push(...[...person.pages].map(([path, page]) => rowOf(person, path, page)))
  }
  return taken
}

function rowOf({ username, session }: Person, path: string, { visits, beats, engaged, first, last }: Page): (string | number)[] {
  return [username, session, path, visits, beats, Math.round(engaged / 1000), new Date(first).toISOString(), new Date(last).toISOString()]
}
