import type { PlaceSource } from '../place/placeSource.ts'
import type { Site } from '../sites/sites.ts'
import type { SiteAdditions } from '../sites/additions.ts'
import { pageDefaults, type PageSettings } from '../settings/page.ts'
import type { AddressSetting } from '../settings/place.ts'
import { robotDefaults, type RobotSettings } from '../settings/robots.ts'
import { remember } from '../remember.ts'
import { createAddressTest } from './addresses.ts'
import { createDistinctValues, type DistinctValues } from './distinct.ts'
import { createPathTest } from './excludedPaths.ts'
import { createHostTest, isWithin, type HostTest } from './hosts.ts'
import type { PathRules } from './pathOf.ts'
import { spamHosts } from './spamHosts.ts'

/** Settings that the steps go by. */
export interface EnrichSettings extends PageSettings {
  bots: RobotSettings
  /** What is stored of a client's address. @default 'none' */
  address: AddressSetting
}

/** The owner's settings as the steps need them: compiled once for a collector. */
export interface EnrichRules {
  page: PathRules
  isSpam: HostTest
  isExcludedPath: (url: URL) => boolean
  isExcludedAddress: (address: string) => boolean
  /** Undefined where every host is the site's. */
  isKnownHost: HostTest | undefined
  /** Told of the host of a hit that is dropped for it, and when it came, ms since 1970. */
  onUnknownHost: (host: string, time: number) => void
  distinct: DistinctValues
  bots: RobotSettings
  place: PlaceSource
  keptAddress: AddressSetting
}

export interface RulesOptions {
  /** What is left out has its default. */
  settings?: Partial<EnrichSettings>
  /** @default nothing but the time zone */
  place?: PlaceSource
  onUnknownHost?: (host: string, time: number) => void
  /** Told of each value that became `(other)`. */
  onCapped?: () => void
  /** What the owner has added for the site. @default nothing */
  added?: Pick<SiteAdditions, 'hosts' | 'paths' | 'addresses'> | undefined
  /** What was counted so far of distinct values. @default nothing */
  distinct?: DistinctValues
}

const nothingAdded = { hosts: [], paths: [], addresses: [] }

/** Settings are taken as `loadConfig` has checked them: what it would refuse is not noticed here. */
export function createRules({ settings = {}, place = { headers: 'off' }, onUnknownHost = () => {}, onCapped = () => {}, added = nothingAdded, distinct }: RulesOptions = {}): EnrichRules {
  const { page, spam, exclude, limits, ...known } = { ...pageDefaults, ...settings }
  const hosts = [...known.hosts, ...added.hosts]
  const { bots = robotDefaults, address: keptAddress = 'none' } = settings
  const spamming = new Set([...spamHosts, ...spam.hosts])
  return {
    page: {
      hash: page.hash,
      trailingSlash: page.trailingSlash,
      ...(page.params !== undefined && { params: new Set(page.params) }),
    },
    isSpam: remember(2000, (host) => isWithin(spamming, host)),
    isExcludedPath: createPathTest([...exclude.paths, ...added.paths]),
    isExcludedAddress: createAddressTest([...exclude.addresses, ...added.addresses]),
    isKnownHost: hosts.length === 0 ? undefined : createHostTest(hosts),
    onUnknownHost,
    distinct: distinct ?? createDistinctValues(limits.distinct, onCapped),
    bots,
    place,
    keptAddress,
  }
}

/** The rules of each site. */
export interface SiteRules {
  of(site: Pick<Site, 'id' | 'added'>): EnrichRules
  /** By the id of a site. */
  distinctOf(site: string): DistinctValues
}

/**
 * The rules of each site, made when they are first asked for, and anew where the owner has added something for it since. The
 * setting `hosts` is the default site's: other sites are known by hosts of their own. Each has its own numbers of distinct
 * values, so that none crowds out another's; they go on with new rules.
 */
export function createSiteRules(defaultSite: string, options: RulesOptions): SiteRules {
  const bySite = new Map<string, { added: SiteAdditions | undefined; rules: EnrichRules }>()

  function of({ id, added }: Pick<Site, 'id' | 'added'>): EnrichRules {
    const known = bySite.get(id)
    if (known !== undefined && known.added === added) return known.rules
    const rules = createRules({ ...optionsOf(id, added), ...(known && { distinct: known.rules.distinct }) })
    bySite.set(id, { added, rules })
    return rules
  }

  function optionsOf(id: string, added: SiteAdditions | undefined): RulesOptions {
    if (id === defaultSite) return { ...options, added }
    return { ...options, settings: { ...options.settings, hosts: [] }, added: added && { ...added, hosts: [] } }
  }

  return { of, distinctOf: (site) => (bySite.get(site)?.rules ?? of({ id: site })).distinct }
}
