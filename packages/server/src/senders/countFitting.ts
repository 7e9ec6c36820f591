import { maxBatchHits } from '@treadlight/protocol'

/** Longest body of a request, bytes: with room for what stands around the hits, below the 65,536 that the collector takes. */
export const longestBody = 60_000

const encoder = new TextEncoder()
/** `{"sentAt":1795262400000,"hits":[]}` */
const around = 40

/**
 * How many hits from the front of a list fit into one request: at least one, however long it is.
 *
 * @param texts hits as JSON
 * @param most hits
 */
export function countFitting(texts: readonly string[], most: number = maxBatchHits): number {
  let bytes = around
  let count = 0
  while (count < Math.min(texts.length, most)) {
    bytes += encoder.encode(texts[count]).length + 1
    if (bytes > longestBody && count > 0) break
    count++
  }
  return count
}
