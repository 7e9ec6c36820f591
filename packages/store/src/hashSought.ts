import { hashText } from './erasure.ts'
import { hashNames } from './fingerprint.ts'
import type { Link } from './store.ts'

/**
 * What tells apart the sets of persons that a search for erased ones may be about, 16 hex digits; '' for none. Beside the
 * erasures those are told by links to erased users, also by such as came later.
 *
 * @param erasures their keys
 * @param links to users of whom something was erased: see `Marks.disownings`
 */
export function hashSought(erasures: Iterable<string>, links: Iterable<Link>): string {
  const names = new Set(erasures)
  // As keys of links do: values of several links have other names.
  for (const { session, user, time } of links) names.add(hashText(JSON.stringify([session, user, time])))
  return hashNames([...names])
}
