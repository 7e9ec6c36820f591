import type { VisitBatch } from './hitBatch.ts'
import type { HitKind, IndexColumns } from './sessionIndex.ts'

/** The pageviews that visits began and ended with. */
export interface EntryViews {
  /** Which hits; -1 for visits of events alone. Written over by the next answer. */
  first(batch: VisitBatch): Int32Array
  last(batch: VisitBatch): Int32Array
}

/**
 * Looks for them where they are asked for: most visits begin with one.
 * @param columns `kind` only has to be there when it is asked
 */
export function createEntryViews(columns: Pick<IndexColumns, 'kind'>, size: number): EntryViews {
  let isView: Uint8Array | undefined
  const views = { first: new Int32Array(size), last: new Int32Array(size) }
  const seen = { first: -1, last: -1 }
  return { first: (batch) => find('first', batch), last: (batch) => find('last', batch) }

  function find(which: 'first' | 'last', batch: VisitBatch): Int32Array {
    if (seen[which] === batch.serial) return views[which]
    seen[which] = batch.serial
    isView ??= viewsAmong(columns.kind.values)
    if (which === 'first') findFirst(columns.kind.codes, isView, batch, views.first)
    else findLast(columns.kind.codes, isView, batch, views.last)
    return views[which]
  }
}

/** By the code of a kind, 1 for pageviews. */
export function viewsAmong(kinds: readonly HitKind[]): Uint8Array {
  return Uint8Array.from(kinds, ({ type }) => Number(type === 'pageview'))
}

type KindCodes = IndexColumns['kind']['codes']

function findFirst(codes: KindCodes, isView: Uint8Array, { starts, ends, count }: VisitBatch, out: Int32Array): void {
  for (let i = 0; i < count; i++) {
    const end = ends[i]!
    let hit = starts[i]!
    while (hit < end && isView[codes[hit]!] === 0) hit++
    out[i] = hit < end ? hit : -1
  }
}

function findLast(codes: KindCodes, isView: Uint8Array, { starts, ends, count }: VisitBatch, out: Int32Array): void {
  for (let i = 0; i < count; i++) {
    const start = starts[i]!
    let hit = ends[i]! - 1
    while (hit >= start && isView[codes[hit]!] === 0) hit--
    out[i] = hit < start ? -1 : hit
  }
}
