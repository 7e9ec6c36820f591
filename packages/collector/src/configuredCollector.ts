import { createCollector, type Collector, type CollectorOptions } from './collector.ts'
import { createClockGuard } from './clockGuard.ts'
import type { Config, ResolvedSetting } from './config.ts'
import { describePlace, describePromise } from './describeStorage.ts'
import { isOwnMachine } from './installation/isOwnMachine.ts'
import type { Log } from './log.ts'
import type { OpenStore } from './openStore.ts'
import { describePrivacy } from './privacy/describePrivacy.ts'
import { policyOf } from './settings/privacy.ts'
import { showSettings } from './showSettings.ts'
import { configuredSites } from './sites/configuredSites.ts'
import { retentionPolicy } from './upkeep.ts'

export interface ConfiguredCollectorOptions extends Pick<CollectorOptions, 'base' | 'peers' | 'place'> {
  config: Config
  opened: Pick<OpenStore, 'store' | 'values' | 'problems' | 'newest'>
  log: Log
  /** Where each setting comes from, for the owner: see `resolveConfig`. @default nothing is said of it */
  settings?: ReadonlyMap<string, ResolvedSetting> | undefined
}

/** The collector of a config, on a store that is open; on any runtime, and wherever it listens. */
export function createConfiguredCollector({ config, opened, log, settings, ...others }: ConfiguredCollectorOptions): Collector {
  const { store, values, problems, newest } = opened
  const { site, timezone, metrics } = config
  const { doubt: doubtClock } = createClockGuard({ now: Date.now, newest })
  return createCollector({
    store,
    values,
    problems,
    site,
    timezone,
    sites: configuredSites(config),
    retention: retentionPolicy(config.retention),
    doubtClock,
    metrics,
    isLocal: isOwnMachine(config.host),
    settings: config,
    destinations: config.destinations,
    dialects: config.dialects,
    aliases: config.aliases,
    limits: config.limits,
    ...others,
    ...policyOf(config),
    privacyPage: describePrivacy(config),
    storage: { place: describePlace(config), promise: describePromise(config, store.durability) },
    ...(settings && { configuration: showSettings(config, settings) }),
    onNote: (note) => log.warn(note),
    onError: log.error,
  })
}
