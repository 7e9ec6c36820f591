import { cleanText, cutText, maxProps, textLimits, type DecodedHit, type DropReason, type PropValue } from '@treadlight/protocol'
import { siteDay, type StoredHit } from '@treadlight/store'
import { createHash, createHmac } from 'node:crypto'
import { addAddress } from '../enrich/addAddress.ts'
import { addAttribution } from '../enrich/addAttribution.ts'
import { addChannel } from '../enrich/addChannel.ts'
import { addDevice } from '../enrich/addDevice.ts'
import { addLanguage } from '../enrich/addLanguage.ts'
import { addLocation } from '../enrich/addLocation.ts'
import { addPage } from '../enrich/addPage.ts'
import { addVisitor } from '../enrich/addVisitor.ts'
import { agentOf } from '../enrich/agent.ts'
import { dropBots } from '../enrich/dropBots.ts'
import { dropExcluded } from '../enrich/dropExcluded.ts'
import { dropSpam } from '../enrich/dropSpam.ts'
import { dropUnwilling } from '../enrich/dropUnwilling.ts'
import { limitDistinct } from '../enrich/limitDistinct.ts'
import { reduceDetail } from '../enrich/reduceDetail.ts'
import type { EnrichRules } from '../enrich/rules.ts'
import type { EnrichContext, EnrichStep } from '../enrich/step.ts'
import { networkOf, withoutPort } from '../hit/network.ts'
import type { PrivacyPolicy } from '../settings/privacy.ts'
import type { Site } from '../sites/sites.ts'
import { createContentIds } from './contentIds.ts'
import type { ImportedHit } from './importFormat.ts'

/** What a row became, or why it does not count. */
export type FinishedHit = { hit: StoredHit } | { drop: DropReason } | { problem: string }

/** Completes what an export knows of a hit, as the collector does with what it receives. */
export type FinishHit = (imported: ImportedHit) => FinishedHit

export interface FinishOptions {
  /** Name of the format: ids are made of it too. */
  format: string
  /** Whose hit it is, by the host of its URL. */
  siteOf: (hostname: string) => Site
  rulesOf: (site: Site) => EnrichRules
  policy: PrivacyPolicy
  /** What visitors are hashed by where there is an address: random, and thrown away when the import is through. */
  secret: string
  /** When the import began, ms since 1970. */
  received: number
}

/** An export may have been written by a clock that is a little ahead. ms */
const aheadAllowed = 86_400_000
/** No web page is older: 1990, ms since 1970. */
const earliest = Date.UTC(1990, 0)

/** The steps of the collector (`pipeline.ts`), without what only its own requests have, and with what exports say beside the URL. */
const steps: readonly ((hit: StoredHit, context: EnrichContext, imported: ImportedHit) => DropReason | void)[] = [
  dropBots,
  dropUnwilling,
  dropSpam,
  dropExcluded,
  addPage,
  addLanguage,
  addAttribution,
  (hit, _, imported) => copySaid(attribution, imported, hit),
  addChannel,
  (hit, context, imported) => (imported.userAgent === undefined ? copySaid(device, imported, hit) : addDevice(hit, context)),
  (hit, context, imported) => (imported.country === undefined ? addLocation(hit, context) : copySaid(place, imported, hit)),
  reduceDetail,
  addAddress,
  nameVisitor,
  limitDistinct,
]

export function createFinishHit({ format, siteOf, rulesOf, policy, secret, received }: FinishOptions): FinishHit {
  const ids = createContentIds(format)
  const salts = createSalts(secret)
  const keepsSessions = policy.visitor === 'session' || policy.visitor === 'cookie'

  return (imported) => {
    const { time } = imported
    if (!Number.isFinite(time) || time < earliest) return { problem: 'has no time' }
    if (time > received + aheadAllowed) return { problem: 'is of the future' }
    const url = parseUrl(imported.url)
    if (url === undefined) return { problem: 'has no address of a page' }
    const site = siteOf(url.hostname)
    const id = imported.key === undefined ? ids.ofRow(imported.row ?? JSON.stringify(imported), time) : ids.ofKey(imported.key, time)
    const type = imported.type ?? (imported.name ? 'event' : 'pageview')
    const hit = createHit(imported, { type, id, site: site.id, day: siteDay(site.timezone, time), received })
    if (type === 'pageview') hit.view = id
    else if (imported.view !== undefined) {
      hit.view = ids.ofKey(imported.view.key, imported.view.time)
      // Engagement is at home where its view is.
      if (type === 'engagement') hit.day = siteDay(site.timezone, imported.view.time)
    }
    if (type === 'event' && hit.name === undefined) return { problem: 'is an event without a name' }
    if (type === 'engagement' && hit.view === '') return { problem: 'is engagement without a view' }
    if (keepsSessions && imported.session) hit.session = textOf(imported.session, textLimits.session)
    const context = contextOf(imported, url, rulesOf(site))
    for (const step of steps) {
      const drop = step(hit, context, imported)
      if (drop) return { drop }
    }
    return { hit }
  }

  function contextOf(imported: ImportedHit, url: URL, rules: EnrichRules): EnrichContext {
    const { address = '', userAgent = '', headers, isUnproven = false } = imported
    const plain = withoutPort(address)
    return {
      network: networkOf(plain),
      address: plain,
      agent: agentOf(userAgent),
      // One for each: steps remember by it what they have found out of a request.
      header: (name) => headers?.[name] ?? '',
      isPixel: isUnproven,
      salt: salts,
      policy,
      isOwn: false,
      url,
      decoded: { type: 'pageview', url: imported.url, title: '', referrer: '' } satisfies DecodedHit,
      rules,
    }
  }
}

/** Undefined for what no browser shows as a page of a site. */
function parseUrl(text: string): URL | undefined {
  if (!/^https?:\/\//i.test(text)) return undefined
  try {
    return new URL(text)
  } catch {
    return undefined
  }
}

function createHit(imported: ImportedHit, known: Pick<StoredHit, 'type' | 'id' | 'site' | 'day' | 'received'>): StoredHit {
  const { time, url, title = '', referrer = '', user = '', name, props, revenue, interactive, engaged, scroll, screen, language, timezone } = imported
  const hit: StoredHit = {
    site: known.site,
    id: known.id,
    origin: 'import',
    type: known.type,
    day: known.day,
    time: Math.floor(time),
    received: known.received,
    view: '',
    url,
    title: textOf(title, textLimits.title),
    referrer: textOf(referrer, textLimits.referrer),
    hostname: '',
    path: '',
    referrerHost: '',
    source: '',
    medium: '',
    campaign: '',
    visitor: '',
    session: '',
    user: textOf(user, textLimits.session),
  }
  if (name) hit.name = textOf(name, textLimits.name)
  if (props !== undefined) addProps(hit, props)
  if (engaged !== undefined && engaged >= 0) hit.engaged = Math.min(Math.round(engaged), 86_400_000)
  if (scroll !== undefined && scroll >= 0) hit.scroll = Math.min(Math.round(scroll), 100)
  if (screen !== undefined && /^\d{1,5}x\d{1,5}$/.test(screen)) hit.screen = screen
  if (timezone) hit.timezone = textOf(timezone, textLimits.timezone)
  if (interactive === false) hit.interactive = false
  if (revenue !== undefined) hit.revenue = revenue
  if (language) hit.language = textOf(language, textLimits.language)
  return hit
}

function addProps(hit: StoredHit, props: Record<string, PropValue>): void {
  const said = Object.entries(props).filter(([, value]) => value !== '').slice(0, maxProps)
  const limited = said.map(([key, value]) => [textOf(key, textLimits.propKey), typeof value === 'string' ? textOf(value, textLimits.propValue) : value] as const)
  // fromEntries defines properties instead of assigning them, so a key named __proto__ stays a plain name.
  if (said.length > 0) hit.props = Object.fromEntries(limited)
}

function textOf(text: string, limit: number): string {
  return text === '' ? text : cutText(cleanText(text), limit)
}

const attribution = ['source', 'medium', 'campaign', 'term', 'content'] as const
const device = ['browser', 'browserVersion', 'os', 'osVersion', 'device'] as const
const place = ['country', 'region', 'city'] as const

/** What the export says of these fields, where nothing else has. */
function copySaid(fields: readonly (keyof ImportedHit & keyof StoredHit)[], from: ImportedHit, to: StoredHit): void {
  for (const field of fields) {
    const value = from[field]
    if (typeof value === 'string' && value !== '' && !to[field]) Object.assign(to, { [field]: textOf(value, textLimits.attribution) })
  }
}

/** By what the export tells visitors apart, by a session, or as the collector does by address and user agent. */
function nameVisitor(hit: StoredHit, context: EnrichContext, { visitor, session }: ImportedHit): ReturnType<EnrichStep> {
  const { policy, network } = context
  if (policy.visitor === 'none') return
  if (policy.visitor === 'cookie' && hit.session !== '') return addVisitor(hit, context)
  const told = visitor ?? (network === '' ? session : undefined)
  if (told) hit.visitor = hashVisitor(hit, told)
  else if (network !== '') return addVisitor(hit, context)
}

/** The name that another product has given somebody, for one day: nobody can be followed from day to day by what is stored. */
function hashVisitor({ site, day }: StoredHit, told: string): string {
  return createHash('sha256').update(`imported visitor\n${site}\n${day}\n${told}`).digest().toString('hex', 0, 8)
}

/** A salt for each day, as the collector has one: who has not the secret cannot tell one from another. */
function createSalts(secret: string): (day: string) => string {
  const salts = new Map<string, string>()
  return (day) => {
    let salt = salts.get(day)
    if (salt === undefined) salts.set(day, (salt = createHmac('sha256', secret).update(day).digest('base64url')))
    return salt
  }
}
