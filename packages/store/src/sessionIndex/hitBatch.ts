/** A few thousand visits of a span: small enough that what is noted of each stays in the processor's cache. */
export interface VisitBatch {
  /** Another one whenever other visits are in it. */
  serial: number
  count: number
  /** Which visits of the index. */
  readonly at: Int32Array
  /** Their hits, `[start, end)`: only where the query looks at hits. */
  readonly starts: Int32Array
  readonly ends: Int32Array
  /** What of their day the query asks for, in ticks, half open; undefined where it is all. */
  range: TickRange | undefined
}

export interface TickRange {
  from: number
  to: number
}

/** Hits of some visits of a batch. */
export interface HitBatch {
  readonly visits: VisitBatch
  count: number
  /** Which hits of the index. */
  at: Int32Array
  /** The place of their visit in its batch: never falls. */
  owner: Int32Array
  /** Where there is a row for each goal: which goal the hit stands for. */
  goal: Int32Array
}

/** So many hits are looked at together, and more only where a visit has more. */
const mostHits = 16_384

export function createVisitBatch(size: number): VisitBatch {
  return { serial: 0, count: 0, at: new Int32Array(size), starts: new Int32Array(size), ends: new Int32Array(size), range: undefined }
}

export function createHitBatch(visits: VisitBatch): HitBatch {
  const none = new Int32Array(0)
  return { visits, count: 0, at: none, owner: none, goal: none }
}

/** Leaves the visits that have a 1 in `wanted`. */
export function keepVisits(batch: VisitBatch, wanted: Int32Array): void {
  const { at, starts, ends, count } = batch
  let kept = 0
  for (let i = 0; i < count; i++) {
    at[kept] = at[i]!
    starts[kept] = starts[i]!
    ends[kept] = ends[i]!
    kept += wanted[i]!
  }
  batch.count = kept
  batch.serial++
}

/** Leaves the hits that have a 1 in `wanted`. */
export function keepHits(batch: HitBatch, wanted: Int32Array): void {
  const { at, owner, count } = batch
  let kept = 0
  for (let i = 0; i < count; i++) {
    at[kept] = at[i]!
    owner[kept] = owner[i]!
    kept += wanted[i]!
  }
  batch.count = kept
}

/**
 * Fills a batch with the hits of the next visits, of one at least.
 * @returns the place of the first visit whose hits are not in it
 */
export function fillHits(batch: HitBatch, from: number): number {
  const { starts, ends, count } = batch.visits
  let to = from
  let hits = 0
  while (to < count && (hits === 0 || hits + ends[to]! - starts[to]! <= mostHits)) {
    hits += ends[to]! - starts[to]!
    to++
  }
  reserveHits(batch, hits)
  const { at, owner } = batch
  let filled = 0
  for (let visit = from; visit < to; visit++) {
    for (let hit = starts[visit]!, end = ends[visit]!; hit < end; hit++) {
      at[filled] = hit
      owner[filled++] = visit
    }
  }
  batch.count = filled
  return to
}

export function reserveHits(batch: HitBatch, hits: number): void {
  if (batch.at.length >= hits) return
  const size = Math.max(mostHits, hits)
  batch.at = new Int32Array(size)
  batch.owner = new Int32Array(size)
}

/** Room for at least so many numbers: the same as before if that is enough. */
export function room(known: Int32Array, count: number): Int32Array {
  return known.length >= count ? known : new Int32Array(Math.max(count, 2 * known.length, 256))
}

/** What is said of visits, said of their hits. */
export function spread(ofVisits: Int32Array, { owner, count }: HitBatch, out: Int32Array): void {
  for (let i = 0; i < count; i++) out[i] = ofVisits[owner[i]!]!
}
