import type { StoredHit } from '@treadlight/store'
import { Buffer } from 'node:buffer'
import { setImmediate as turn } from 'node:timers/promises'
import type { AnyStore } from '../openStore.ts'
import { hitLines, type HitSelection } from './hitLines.ts'

/** Some hundred hits, as they are stored. */
export interface HitBatch {
  hits: StoredHit[]
  /** Bytes that they take as lines: by these somebody who collects batches knows when to stop. */
  size: number
}

/**
 * A site's hits in batches, for whoever needs more of them than their lines. By way of the lines all the same: they come
 * out of a storage in constant memory and several times as fast as `hits`, which sorts each day, and to parse them again
 * costs less than that. Between two batches others have their turn: a collector that exports has hits to answer.
 */
export async function* hitBatches(store: AnyStore, filter: HitSelection): AsyncGenerator<HitBatch> {
  for await (const bytes of hitLines(store, filter)) {
    if (bytes.byteLength > 0) yield { hits: parseLines(bytes), size: bytes.byteLength }
    await turn()
  }
}

/** JSON has no line ends of its own: in texts they are escaped. One call for all takes half the time of one for each. */
function parseLines({ buffer, byteOffset, byteLength }: Uint8Array): StoredHit[] {
  const lines = Buffer.from(buffer, byteOffset, byteLength).toString().trimEnd()
  return JSON.parse(`[${lines.replaceAll('\n', ',')}]`) as StoredHit[]
}
