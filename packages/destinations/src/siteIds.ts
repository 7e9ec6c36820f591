import type { ForwardedHit } from './destination.ts'

/** What a system calls the site: one name for all, or one for each of ours that it is to have. */
export type SiteIds<T extends string | number = string> = T | Readonly<Record<string, T>>

/** What a system calls the site of a hit; undefined where it is not to have it. */
export function siteIdOf<T extends string | number>(ids: SiteIds<T>, { site }: Pick<ForwardedHit, 'site'>): T | undefined {
  if (typeof ids !== 'object') return ids
  return Object.hasOwn(ids, site) ? ids[site] : undefined
}
