import type { SiteDemo, SiteRecord } from './siteRecords.ts'
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

/** What is made up, from when to when. */
export function demoSentence({ id }: Pick<SiteRecord, 'id'>, { from, to, hits }: SiteDemo): string {
  const dates = `from ${from} to ${to}`
  return hits === undefined
    ? `Site ${id} is being filled with made-up visits ${dates}: it can be looked at meanwhile.`
    : `Site ${id} has ${hits.toLocaleString('en')} made-up hits ${dates}. It takes none from anywhere, and goes with all that belongs to it when it is removed.`
}

/** What there is of a made-up site beside its hits, and goes with it. */
export interface DemoBelongings {
  /** About. */
  hits: number
  goals: number
  funnels: number
  segments: number
  annotations: number
  shares: number
}

/** What its removal deletes, or has. */
export function demoRemovalSentence({ id }: Pick<SiteRecord, 'id'>, { hits, ...others }: DemoBelongings, isDone: boolean): string {
  const counted = Object.entries(others).map(([name, count]) => `${count} ${name === 'shares' ? (count === 1 ? 'share link' : 'share links') : count === 1 ? name.slice(0, -1) : name}`)
  const all = `Site ${id} with its ${hits.toLocaleString('en')} made-up hits, ${counted.slice(0, -1).join(', ')} and ${counted.at(-1)}`
  return isDone ? `${all} is deleted. Nothing of it is left.` : `${all} would be deleted, for ever. Nothing of another site is touched; it can be made up again.`
}
