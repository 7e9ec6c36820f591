import type { HitStore } from '@treadlight/store'
import { mergeSamples, type DropSamples } from '../drops/dropSamples.ts'
import type { EnrichRules } from '../enrich/rules.ts'
import type { OwnVisits } from '../identity/ownVisits.ts'
import { checkInstallation } from '../installation/checkInstallation.ts'
import { readPageUrl, type RequestPage } from '../installation/fetchPage.ts'
import { quote, type Finding } from '../installation/findings.ts'
import { isNode } from '../installation/isNode.ts'
import { isOwnMachine } from '../installation/isOwnMachine.ts'
import { createKnownHostRequest } from '../installation/requestKnownHost.ts'
import { settingFindings } from '../installation/settingFindings.ts'
import type { Peers } from '../peers.ts'
import { createRateLimit } from '../rateLimit.ts'
import type { PrivacyPolicy } from '../settings/privacy.ts'
import { siteNamed } from './siteOfQuery.ts'
import type { Site, Sites } from '../sites/sites.ts'
import { readJson } from './readJson.ts'
import { failure, json } from './respond.ts'
import { baseOf } from './base.ts'
import type { Routes } from './routes.ts'

export interface InstallationRouteOptions {
  store: HitStore
  sites: Sites
  rulesOf: (site: Site) => EnrichRules
  policy: PrivacyPolicy
  ownVisits: OwnVisits
  samples: DropSamples
  peers: Peers
  /** Whether this collector listens on its own machine only, so that it may be tried with pages there. */
  isLocal: boolean
  now: () => number
}

/** Each makes this collector ask somebody else's: so many a minute. */
const checksPerMinute = 10
const lately = 10 * 60_000

/**
 * `POST /api/check-installation { site_id?, url, collector? }` → `{ findings: [{ code, level, message, remedy }] }`.
 * `collector` is where the page's visitors find this collector, where that is not where the request came to.
 */
export function addInstallationRoute(routes: Routes, options: InstallationRouteOptions): void {
  const { sites, ownVisits, isLocal, now } = options
  const limit = createRateLimit({ rate: checksPerMinute / 60, burst: checksPerMinute, now })
  routes.add('POST', '/api/check-installation', 'owner', async (event) => {
    const body = await readJson(event)
    const url = readAddress(body?.['url'])
    if (!url) return failure(400, `url: ${quote(typeof body?.['url'] === 'string' ? body['url'] : typeof body?.['url'])} must be a page’s address beginning with https:// or http://, without user and password`)
    const collector = readAddress(body?.['collector'] ?? `${event.url.origin}${baseOf(event)}/`)
    if (!collector?.pathname.endsWith('/')) return failure(400, 'collector: must be this collector’s address, ending in a slash')
    const site = await siteNamed(sites, event, body?.['site_id'])
    if (site instanceof Response) return site
    const wait = limit.take('')
    if (wait > 0) return failure(429, `Too many checks: try again in ${wait} seconds`, { 'retry-after': String(wait) })

    const find = await sites.find()
    const isOwn = await ownVisits.areIn(event.req.headers.get('cookie') ?? '')
    // Behind a proxy on the same machine a collector listens there as well, but is asked for by another name.
    const rule = { allowLoopback: isLocal && isOwnMachine(event.url.hostname) }
    const judge = (page: URL): Promise<Finding[]> => judgePage(options, page, site, find(undefined, page.hostname) ?? site, isOwn)
    const request = await chooseRequest((hostname) => isListed(options, hostname, find(undefined, hostname)))
    return json({ findings: await checkInstallation({ url, collector, request, rule, judge }) })
  })
}

async function judgePage({ store, rulesOf, policy, samples, peers, now }: InstallationRouteOptions, url: URL, wanted: Site, site: Site, isOwn: boolean): Promise<Finding[]> {
  const { id } = site
  const answers = await peers.ask('drops', id).catch(() => [{ samples: samples.list(id) }])
  const dropped = mergeSamples((answers as { samples: ReturnType<DropSamples['list']> }[]).map((each) => each.samples))
  const dropReasons = Object.keys(dropped).filter((reason) => dropped[reason]!.some(({ host }) => host === url.hostname))
  const isReceived = await hasHits(store, id, url.hostname, now() - lately)
  return settingFindings(url, { wanted: wanted.id, site: id, rules: rulesOf(site), policy, isOwn, dropReasons, isReceived })
}

async function hasHits(store: HitStore, site: string, hostname: string, from: number): Promise<boolean> {
  for await (const _ of store.hits({ site, from, filters: [['is', 'event:hostname', [hostname]]], limit: 1 })) return true
  return false
}

/** Whether the owner has listed the host, as one of the setting `hosts` or of a site. */
function isListed({ rulesOf }: InstallationRouteOptions, hostname: string, site: Site | undefined): boolean {
  return site !== undefined && (site.hosts.length > 0 || rulesOf(site).isKnownHost?.(hostname) === true)
}

async function chooseRequest(isKnown: (hostname: string) => boolean): Promise<RequestPage> {
  return isNode() ? (await import('../installation/requestPage.ts')).requestPage : createKnownHostRequest(isKnown)
}

function readAddress(value: unknown): URL | undefined {
  return typeof value === 'string' ? readPageUrl(value) : undefined
}
