import { isRefusal, type Refusal } from '@treadlight/protocol'
import type { DialectHit, Take, Taken } from './dialect.ts'

/** For pages to read, beside what a product's own clients look at. */
export const explainingHeaders = 'x-hit-dropped, x-hit-refused'

/** As `take`, where some hits were refused before; these come first. */
export async function takeReads(reads: readonly (readonly DialectHit[] | Refusal)[], take: Take): Promise<Taken[]> {
  const refused = reads.flatMap((read): Taken[] => (isRefusal(read) ? [{ outcome: 'refused', ...read }] : []))
  const hits = reads.flatMap((read): readonly DialectHit[] => (isRefusal(read) ? [] : read))
  return hits.length === 0 ? refused : [...refused, ...(await take(hits))]
}

/**
 * Why hits were not counted, as headers: for protocols that answer the same whatever became of them. Of several hits the first.
 *
 * @param words fields of a hit as the protocol calls them
 */
export function explain(taken: readonly Taken[], words: Readonly<Record<string, string>>): string[] {
  const refused = taken.find((one) => one.outcome === 'refused')
  const dropped = taken.find((one) => one.outcome === 'dropped')
  return [
    ...(dropped ? ['x-hit-dropped', dropped.reason] : []),
    ...(refused ? ['x-hit-refused', `${words[refused.field] ?? refused.field} ${refused.reason}`.replace(/[^ -~]/g, '?')] : []),
  ]
}
