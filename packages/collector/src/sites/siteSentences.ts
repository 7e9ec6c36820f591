import type { SiteRecord } from './siteRecords.ts'
import type { DescribedSite } from './siteRegistry.ts'

const soon = 'Running collectors know of it within 10 s.'

/** What has become of a site that was added or has other hosts. */
export function changedSentence(action: 'add' | 'hosts', { id, hosts, timezone }: SiteRecord): string {
  return `${action === 'add' ? `Site ${id} is added` : `The hosts of site ${id} are changed`}: hits from ${hosts.join(', ')} are counted for it, by days in ${timezone}. ${soon}`
}

export function removedSentence({ id }: SiteRecord): string {
  return `Site ${id} is removed: nothing is counted for it any more. Its hits stay until they are erased or pruned, and treadlight export --site ${id} still has them.`
}

/** What a removal would do. @param hits that are stored, about; undefined where that is not known */
export function wouldRemoveSentence({ id, hosts }: SiteRecord, hits: number | undefined): string {
  const stored = hits === undefined ? 'Its hits stay' : `Its hits, about ${hits.toLocaleString('en')}, stay`
  return `Nothing would be counted for site ${id} any more; what comes from ${hosts.join(', ')} would be the default site’s, unless that takes other hosts only. ${stored} until they are erased or pruned.`
}

/** Whose hits a site takes now. */
export function allowedSentence({ id, allowed }: DescribedSite): string {
  if (allowed.length === 0) return `Site ${id} takes hits of every host now. ${soon}`
  return `Site ${id} takes hits of ${allowed.map(({ host }) => host).join(', ')} now. ${soon}`
}
