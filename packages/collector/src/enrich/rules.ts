import type { PlaceSource } from '../place/placeSource.ts'
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
}

/** Settings are taken as `loadConfig` has checked them: what it would refuse is not noticed here. */
export function createRules({ settings = {}, place = { headers: 'off' }, onUnknownHost = () => {}, onCapped = () => {} }: RulesOptions = {}): EnrichRules {
  const { page, spam, exclude, hosts, limits } = { ...pageDefaults, ...settings }
  const { bots = robotDefaults, address: keptAddress = 'none' } = settings
  const spamming = new Set([...spamHosts, ...spam.hosts])
  return {
    page: {
      hash: page.hash,
      trailingSlash: page.trailingSlash,
      ...(page.params !== undefined && { params: new Set(page.params) }),
    },
    isSpam: remember(2000, (host) => isWithin(spamming, host)),
    isExcludedPath: createPathTest(exclude.paths),
    isExcludedAddress: createAddressTest(exclude.addresses),
    isKnownHost: hosts.length === 0 ? undefined : createHostTest(hosts),
    onUnknownHost,
    distinct: createDistinctValues(limits.distinct, onCapped),
    bots,
    place,
    keptAddress,
  }
}

/**
 * The rules of each site, made when they are first asked for. The setting `hosts` is the default site's: other sites are
 * known by hosts of their own. Each has its own numbers of distinct values, so that none crowds out another's.
 */
export function createSiteRules(defaultSite: string, options: RulesOptions): (site: string) => EnrichRules {
  const bySite = new Map<string, EnrichRules>()
  return (site) => {
    let rules = bySite.get(site)
    if (!rules) bySite.set(site, (rules = createRules(site === defaultSite ? options : { ...options, settings: { ...options.settings, hosts: [] } })))
    return rules
  }
}
