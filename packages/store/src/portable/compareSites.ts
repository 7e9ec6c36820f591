import { missingMarks } from './missingMarks.ts'
import type { SiteMarks } from './portable.ts'
import type { SiteTally } from './tallySite.ts'

/** In what a site differs between two stores; everything is 0 or empty where it does not. */
export interface SiteDifferences {
  /** Home days whose facts are not the same. */
  days: { day: string; from: number; to: number }[]
  /** Said in the source only. What the destination says beyond that is no loss. */
  links: number
  erasures: number
  prunings: number
}

/**
 * Compares what two stores have of a site.
 * @param keepsPrunings whether the destination keeps a word of prunings; one that does at once what they say may not
 */
export function compareSites(from: SiteTally, to: SiteTally, keepsPrunings = true): SiteDifferences {
  const days = [...new Set([...from.days.keys(), ...to.days.keys()])].toSorted().flatMap((day) => {
    const [a, b] = [from.days.get(day), to.days.get(day)]
    return a?.facts === b?.facts && a?.checksum === b?.checksum ? [] : [{ day, from: a?.facts ?? 0, to: b?.facts ?? 0 }]
  })
  const missing = missingMarks(to.marks, withErased(from))
  return { days, links: missing.links.length, erasures: missing.erasures.length, prunings: keepsPrunings ? missing.prunings.length : 0 }
}

/** The marks of a site, with the erased hits that nothing else names. */
function withErased({ marks, erased }: SiteTally): SiteMarks {
  return erased.length === 0 ? marks : { ...marks, erasures: [...marks.erasures, erasureOf(erased)] }
}

/** What names hits alone, and no person. @param time ms since 1970 */
export function erasureOf(names: readonly string[], time = 0): SiteMarks['erasures'][number] {
  return { kind: 'user', hash: '', time, sessions: [], hits: names }
}
