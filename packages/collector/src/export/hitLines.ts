import type { HitFilter } from '@treadlight/store'
import { Buffer } from 'node:buffer'
import type { AnyStore } from '../openStore.ts'
import type { Person } from '../persons/person.ts'

export interface TimeRange {
  /** ms since 1970, inclusive. */
  from?: number
  /** Exclusive. */
  to?: number
}

/** Which hits of a site. */
export interface HitSelection extends TimeRange {
  site: string
  /** Those of one person alone. @default everybody's */
  person?: Person | undefined
}

/** Characters of one piece. */
const pieceLength = 250_000
const newline = 10

/** A site's hits as NDJSON, in pieces of whole lines, as fast as the store can. */
export function hitLines(store: AnyStore, { person, ...range }: HitSelection): AsyncIterable<Uint8Array> {
  // Of one person few days have any hits: the store knows which, and lines are those of everybody.
  return (person === undefined ? store.lines?.(range) : undefined) ?? encodeHits(store, { ...range, ...person })
}

async function* encodeHits(store: AnyStore, filter: HitFilter): AsyncGenerator<Uint8Array> {
  let text = ''
  for await (const hit of store.hits({ ...filter, order: 'oldest' })) {
    text += `${JSON.stringify(hit)}\n`
    if (text.length < pieceLength) continue
    yield Buffer.from(text)
    text = ''
  }
  if (text !== '') yield Buffer.from(text)
}

export function countLines(piece: Uint8Array): number {
  let lines = 0
  for (let at = piece.indexOf(newline); at !== -1; at = piece.indexOf(newline, at + 1)) lines++
  return lines
}
