import type { StoredHit } from '../hit.ts'

/** The hits of a home day in two halves that no visit and no visitor is in both of: so sums of both add up to those of the day. */
export interface SplitHits {
  anonymous: StoredHit[]
  /** Of known users, and what shares a visit, a visitor or a view with theirs. */
  known: StoredHit[]
}

/**
 * @param hits of one home day
 * @param isKnown whether a hit is a known user's
 */
export function splitKnown(hits: readonly StoredHit[], isKnown: (hit: StoredHit) => boolean): SplitHits {
  const groups = new Map<string, string>()
  const known = new Set<string>()
  const told = new Set(hits.filter(tellsEngagement).map(({ view }) => view))
  const firsts = hits.map((hit) => {
    const [first, ...others] = namesOf(hit, told)
    for (const other of others) join(first!, other)
    return first!
  })
  for (const [index, hit] of hits.entries()) if (isKnown(hit)) known.add(find(firsts[index]!))
  const split: SplitHits = { anonymous: [], known: [] }
  for (const [index, hit] of hits.entries()) split[known.has(find(firsts[index]!)) ? 'known' : 'anonymous'].push(hit)
  return split

  function join(a: string, b: string): void {
    const [one, other] = [find(a), find(b)]
    if (one !== other) groups.set(one, other)
  }

  /** What stands for all that hangs together with a name. */
  function find(name: string): string {
    let found = name
    for (let next = groups.get(found); next !== undefined; next = groups.get(found)) found = next
    // The way there is short the next time.
    for (let at = name; at !== found; ) {
      const next = groups.get(at)!
      groups.set(at, found)
      at = next
    }
    return found
  }
}

/** What visits and visitors are told by, see `deriveSessions` and `visitorKey`; and the view that somebody tells the engagement of. */
function namesOf({ session, visitor, view, id }: StoredHit, told: ReadonlySet<string>): string[] {
  const names: string[] = []
  if (session !== '') names.push(`session ${session}`)
  if (visitor !== '') names.push(`visitor ${visitor}`)
  if (names.length === 0) names.push(`view ${view || id}`)
  if (told.has(view)) names.push(`told ${view}`)
  return names
}

function tellsEngagement({ engaged, engagedDelta, scroll }: StoredHit): boolean {
  return engaged !== undefined || engagedDelta !== undefined || scroll !== undefined
}
