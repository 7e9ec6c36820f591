import { Buffer } from 'node:buffer'
import type { AnyStore } from '../openStore.ts'

export interface TimeRange {
  /** ms since 1970, inclusive. */
  from?: number
  /** Exclusive. */
  to?: number
}

/** Characters of one piece. */
const pieceLength = 250_000
const newline = 10

/** A site's hits as NDJSON, in pieces of whole lines, as fast as the store can. */
export function hitLines(store: AnyStore, filter: TimeRange & { site: string }): AsyncIterable<Uint8Array> {
  return store.lines?.(filter) ?? encodeHits(store, filter)
}

async function* encodeHits(store: AnyStore, filter: TimeRange & { site: string }): AsyncGenerator<Uint8Array> {
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
