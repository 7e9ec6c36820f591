import type { EntryViews } from './entryViews.ts'
import { createHitBatch, fillHits, keepHits, room, spread, type HitBatch, type VisitBatch } from './hitBatch.ts'
import type { IndexCondition } from './indexConditions.ts'
import { lookUp, readNumbers } from './lookUp.ts'
import { reachedGoals } from './reachedGoals.ts'
import type { IndexColumns } from './sessionIndex.ts'

/** A condition on the codes of an index: 1 where it is met, else 0. What it answers with is written over by its next answer. */
export interface IndexTest {
  /** Only of conditions that are about visits. */
  ofVisits(batch: VisitBatch): Int32Array
  ofHits(batch: HitBatch): Int32Array
}

/** What conditions and rows are looked up in. */
export interface BoundColumns {
  columns: IndexColumns
  views: EntryViews
  visits: VisitBatch
}

/** Every value of a dictionary is tested here, once, and none later. */
export function bindCondition(condition: IndexCondition, bound: BoundColumns): IndexTest {
  const { columns } = bound
  switch (condition.kind) {
    case 'and':
      return joinTests(condition.parts.map((part) => bindCondition(part, bound)), 0)
    case 'or':
      return joinTests(condition.parts.map((part) => bindCondition(part, bound)), 1)
    case 'not':
      return negateTest(bindCondition(condition.part, bound))
    case 'done':
      return testVisits(findDone(bindCondition(condition.part, bound), bound))
    case 'text': {
      const { values, codes } = columns[condition.column]
      const table = Int32Array.from(values, (value) => Number(condition.test(value)))
      return testVisits(({ at, count }, out) => lookUp(codes, at, count, table, out))
    }
    case 'touched':
      return testVisits(findTouched(condition, bound))
    case 'page': {
      const { values, codes } = columns[condition.column]
      const table = Int32Array.from(values, (value) => Number(condition.test(value)))
      return testHits(({ at, count }, out) => lookUp(codes, at, count, table, out))
    }
    case 'name': {
      const { values, codes } = columns.kind
      const table = Int32Array.from(values, ({ type, name }) => Number(condition.test(type === 'pageview' ? 'pageview' : name)))
      return testHits(({ at, count }, out) => lookUp(codes, at, count, table, out))
    }
    case 'prop': {
      const { values, codes } = columns.props
      const table = Int32Array.from(values, (value) => Number(condition.test(value)))
      return testHits(({ at, count }, out) => lookUp(codes, at, count, table, out))
    }
    case 'goal':
      return testHits(findReached(condition, columns))
  }
}

type OfVisits = (batch: VisitBatch, out: Int32Array) => void
type OfHits = (batch: HitBatch, out: Int32Array) => void

/** Asked several times about the same visits, it answers from what it knows. */
function testVisits(test: OfVisits): IndexTest {
  let serial = -1
  let known: Int32Array = new Int32Array(0)
  let hits: Int32Array = new Int32Array(0)
  return { ofVisits, ofHits: (batch) => (spread(ofVisits(batch.visits), batch, (hits = room(hits, batch.count))), hits) }

  function ofVisits(batch: VisitBatch): Int32Array {
    if (serial === batch.serial) return known
    serial = batch.serial
    known = room(known, batch.count)
    test(batch, known)
    return known
  }
}

function testHits(test: OfHits): IndexTest {
  let out: Int32Array = new Int32Array(0)
  return {
    ofVisits() {
      throw new Error('[treadlight store] a condition on hits says nothing of visits')
    },
    ofHits(batch) {
      out = room(out, batch.count)
      test(batch, out)
      return out
    },
  }
}

/** @param decisive what one part says for all: 0 for `and`, 1 for `or` */
function joinTests(parts: readonly IndexTest[], decisive: 0 | 1): IndexTest {
  let visits: Int32Array = new Int32Array(0)
  let hits: Int32Array = new Int32Array(0)
  return {
    ofVisits: (batch) => (join((visits = room(visits, batch.count)), batch.count, (part) => part.ofVisits(batch)), visits),
    ofHits: (batch) => (join((hits = room(hits, batch.count)), batch.count, (part) => part.ofHits(batch)), hits),
  }

  function join(out: Int32Array, count: number, ask: (part: IndexTest) => Int32Array): void {
    out.fill(1 - decisive, 0, count)
    for (const part of parts) {
      const said = ask(part)
      if (decisive === 0) for (let i = 0; i < count; i++) out[i] = out[i]! & said[i]!
      else for (let i = 0; i < count; i++) out[i] = out[i]! | said[i]!
    }
  }
}

function negateTest(test: IndexTest): IndexTest {
  let visits: Int32Array = new Int32Array(0)
  let hits: Int32Array = new Int32Array(0)
  return {
    ofVisits: (batch) => (negate(test.ofVisits(batch), batch.count, (visits = room(visits, batch.count))), visits),
    ofHits: (batch) => (negate(test.ofHits(batch), batch.count, (hits = room(hits, batch.count))), hits),
  }
}

function negate(said: Int32Array, count: number, out: Int32Array): void {
  for (let i = 0; i < count; i++) out[i] = 1 - said[i]!
}

function findTouched({ page, test }: Extract<IndexCondition, { kind: 'touched' }>, { columns, views }: BoundColumns): OfVisits {
  const { values, codes } = columns[page.column]
  const table = Int32Array.from(values, (value) => Number(test(value)))
  const missing = Number(test(page.missing))
  return (batch, out) => lookUpViews(codes, views[page.which](batch), batch.count, table, missing, out)
}

/** As `lookUp`, where -1 stands for no pageview at all. */
export function lookUpViews(codes: IndexColumns['path']['codes'], at: Int32Array, count: number, table: Int32Array, missing: number, out: Int32Array): void {
  for (let i = 0; i < count; i++) out[i] = at[i]! < 0 ? missing : table[codes[at[i]!]!]!
}

function findReached({ goalsOf, byPage }: Extract<IndexCondition, { kind: 'goal' }>, columns: IndexColumns): OfHits {
  const { ofKind, ofPath } = reachedGoals(goalsOf, byPage, columns)
  const kinds = Int32Array.from(ofKind, (reached) => (reached === undefined ? 2 : Number(reached.length > 0)))
  const paths = Int32Array.from(ofPath, (reached) => Number(reached.length > 0))
  return ({ at, count }, out) => {
    lookUp(columns.kind.codes, at, count, kinds, out)
    if (byPage) for (let i = 0; i < count; i++) if (out[i] === 2) out[i] = paths[columns.path.codes[at[i]!]!]!
  }
}

function findDone(test: IndexTest, { columns, visits }: BoundColumns): OfVisits {
  const hits = createHitBatch(visits)
  const keepInRange = createRangeCut(columns)
  return (batch, out) => {
    out.fill(0, 0, batch.count)
    for (let from = 0; from < batch.count; ) {
      from = fillHits(hits, from)
      keepInRange(hits)
      const said = test.ofHits(hits)
      for (let i = 0; i < hits.count; i++) out[hits.owner[i]!] = out[hits.owner[i]!]! | said[i]!
    }
  }
}

/** Leaves the hits in the range of the query. */
export function createRangeCut({ time }: Pick<IndexColumns, 'time'>): (hits: HitBatch) => void {
  let ticks: Float64Array = new Float64Array(0)
  let wanted: Int32Array = new Int32Array(0)
  return (hits) => {
    const { range } = hits.visits
    if (range === undefined) return
    if (ticks.length < hits.count) ticks = new Float64Array(hits.at.length)
    wanted = room(wanted, hits.count)
    readNumbers(time, hits.at, hits.count, ticks)
    for (let i = 0; i < hits.count; i++) wanted[i] = Number(ticks[i]! >= range.from && ticks[i]! < range.to)
    keepHits(hits, wanted)
  }
}
