import type { EnrichRules } from '../enrich/rules.ts'
import type { PrivacyPolicy } from '../settings/privacy.ts'
import { finding, quote, type Finding } from './findings.ts'

/** What this collector makes of hits of a page. */
export interface PageTreatment {
  /** The site whose numbers the owner looks at. */
  wanted: string
  /** The site that the page's hits count for. */
  site: string
  rules: Pick<EnrichRules, 'isKnownHost' | 'isExcludedPath'>
  policy: Pick<PrivacyPolicy, 'respect'>
  /** The owner's own browser is not counted. */
  isOwn: boolean
  /** Reasons for which hits of the host were dropped lately, as far as they are remembered. */
  dropReasons: readonly string[]
  /** Whether hits of the host came in the last ten minutes. */
  isReceived: boolean
}

/** What the collector's settings and its memory say of a page. */
export function settingFindings(url: URL, { wanted, site, rules, policy, isOwn, dropReasons, isReceived }: PageTreatment): Finding[] {
  const host = quote(url.hostname)
  const found: Finding[] = []
  if (site !== wanted) found.push(finding('site-other', `Hits of ${host} count for the site ${site}`))
  if (rules.isKnownHost && !rules.isKnownHost(url.hostname)) found.push(finding('host-unknown', `Hits of ${host} are dropped: the setting hosts does not list it`))
  if (rules.isExcludedPath(url)) found.push(finding('path-excluded', `Hits of ${quote(url.pathname)} are dropped: the setting exclude.paths has it`))
  if (policy.respect.dnt || policy.respect.gpc === 'counting') found.push(finding('asks-not', 'Visitors whose browsers ask not to be counted are not'))
  if (isOwn) found.push(finding('own-browser', 'Visits of this browser of yours are not counted'))
  if (dropReasons.length > 0) found.push(finding('dropped', `Hits of ${host} were dropped lately: ${dropReasons.join(', ')}`))
  found.push(isReceived ? finding('received', `Hits of ${host} have come within the last ten minutes`) : finding('not-received', `No hit of ${host} has come within the last ten minutes`))
  return found
}
