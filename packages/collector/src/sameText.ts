import { createHash, timingSafeEqual } from 'node:crypto'

/** Compares hashes of both, so that neither length nor content shows in the time it takes. */
export function sameText(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(a), digest(b))
}
