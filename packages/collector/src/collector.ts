import type { Destination } from '@treadlight/destinations'
import type { HitStore, MaintainReport, PruneReport, RetentionPolicy, StorageProblem, Values } from '@treadlight/store'
import { H3 } from 'h3'
import { createLogins } from './admin/logins.ts'
import { createAttempts } from './admin/attempts.ts'
import { createPasswords } from './admin/password.ts'
import { createShares } from './admin/shares.ts'
import { createTokens, type Tokens } from './admin/tokens.ts'
import { createUsers, type Users } from './admin/users.ts'
import { createAnnotations } from './annotations/annotations.ts'
import { createDemoSites, type DemoSites } from './demoSite/demoSites.ts'
import type { DemoSize } from './demoSite/fillSite.ts'
import { addDialectRoutes } from './dialects/dialectRoute.ts'
import { spokenDialects } from './dialects/dialects.ts'
import { createTakes } from './dialects/take.ts'
import { createDropCounts } from './drops/dropCounts.ts'
import { createDropSamples } from './drops/dropSamples.ts'
import { createLedger } from './drops/ledger.ts'
import type { CappedValues } from './enrich/distinct.ts'
import { createHostTest } from './enrich/hosts.ts'
import { createSiteRules, type EnrichSettings } from './enrich/rules.ts'
import { createUnknownHosts, type UnknownHost } from './enrich/unknownHosts.ts'
import { createFailures, type Failures } from './failures.ts'
import { createForwarding, type Forwarding, type ForwardingOptions } from './forwarding/forwarding.ts'
import { createHitDesk } from './explorer/hitDesk.ts'
import { createFunnels } from './funnels/funnels.ts'
import { createVisitDesk } from './funnels/visitDesk.ts'
import { createGoals } from './goals/goals.ts'
import { createAnswerHit, type AnswerHit } from './hit/answerHit.ts'
import { createPoisonedHits } from './hit/poisonedHits.ts'
import { createReceiver } from './hit/receive.ts'
import { createRequestLimit } from './hit/requestLimit.ts'
import { createSiteSalts } from './hit/salts.ts'
import { createServerTokens } from './hit/serverTokens.ts'
import { watchReceiver } from './hit/watchReceiver.ts'
import { addAdminRoutes } from './http/adminRoutes.ts'
import { addAnnotationRoutes } from './http/annotationRoutes.ts'
import { addAssetRoutes } from './http/assetRoutes.ts'
import { createBaseNote } from './http/base.ts'
import { createAuthorize } from './http/authorize.ts'
import { addCardRoutes } from './http/cardRoutes.ts'
import { addDemoSiteRoutes } from './http/demoSiteRoutes.ts'
import { addDestinationRoutes } from './http/destinationRoutes.ts'
import { addDropRoutes } from './http/dropRoutes.ts'
import { addEraseRoutes } from './http/eraseRoutes.ts'
import { addExclusionRoutes } from './http/exclusionRoutes.ts'
import { addExplorerRoutes } from './http/explorerRoutes.ts'
import { addExportRoutes } from './http/exportRoutes.ts'
import { addFunnelRoutes } from './http/funnelRoutes.ts'
import { addGoalRoutes } from './http/goalRoutes.ts'
import { addHealthRoute } from './http/healthRoute.ts'
import { createHitRoute } from './http/hitRoute.ts'
import { addInstallationRoute } from './http/installationRoute.ts'
import { addConfigRoute } from './http/configRoute.ts'
import { addMetricsRoute } from './http/metricsRoute.ts'
import { createOneTask } from './http/oneTask.ts'
import { addPruneRoutes } from './http/pruneRoutes.ts'
import { failure } from './http/respond.ts'
import { addOpenapiRoute } from './http/openapiRoute.ts'
import { addOwnVisitsRoutes } from './http/ownVisitsRoutes.ts'
import { addPrivacyRoute } from './http/privacyRoute.ts'
import { addPropRoute } from './http/propRoute.ts'
import { createRoutes, type Routes } from './http/routes.ts'
import { addQueryRoute } from './http/queryRoute.ts'
import { addRealtimeRoute } from './http/realtimeRoute.ts'
import { addShareRoutes } from './http/shareRoutes.ts'
import { addSiteChangeRoutes } from './http/siteChangeRoutes.ts'
import { addSegmentRoutes } from './http/segmentRoutes.ts'
import { addSiteRoutes } from './http/siteRoutes.ts'
import { addV1Routes } from './http/v1Routes.ts'
import { addStorageRoute, type LastUpkeep } from './http/storageRoute.ts'
import { addTaskRoutes } from './http/taskRoutes.ts'
import { addTimelineRoutes } from './http/timelineRoutes.ts'
import { addTokenRoutes } from './http/tokenRoutes.ts'
import { addVisitRoutes } from './http/visitRoutes.ts'
import { addVitalsRoute } from './http/vitalsRoute.ts'
import { addUserRoutes } from './http/userRoutes.ts'
import { createIdentify } from './identity/identify.ts'
import { createLogIns } from './identity/logIns.ts'
import { createOwnVisits } from './identity/ownVisits.ts'
import { createEventLoopDelay } from './metrics/eventLoopDelay.ts'
import { createRequests } from './metrics/requests.ts'
import { countAppends, createTotals } from './metrics/totals.ts'
import { createNotes } from './notes.ts'
import type { AnyStore } from './openStore.ts'
import { createLonePeer, type Peers } from './peers.ts'
import type { PlaceSource } from './place/placeSource.ts'
import type { PrivacySection } from './privacy/describePrivacy.ts'
import { createSegments } from './segments/segments.ts'
import { ConfigError } from './settings.ts'
import type { ShownSettings } from './showSettings.ts'
import type { MetricsAccess } from './settings/operation.ts'
import { defaultPolicy, type PrivacyPolicy } from './settings/privacy.ts'
import type { LimitSettings } from './settings/limits.ts'
import { createAdditions } from './sites/additions.ts'
import { createExclusions } from './sites/exclusions.ts'
import { createSiteRegistry } from './sites/siteRegistry.ts'
import { createSites, type Site, type Sites } from './sites/sites.ts'
import { pruneSites } from './pruneSites.ts'
import { createRealtime } from './stats/realtime.ts'
import { createStatsDesk } from './stats/statsDesk.ts'
import { createSweep } from './sweep.ts'
import { version } from './version.ts'

export interface CollectorOptions extends Partial<PrivacyPolicy> {
  store: AnyStore
  /** Small write-once values beside the hits: salts, the password's hash, log-ins. */
  values: Values
  /** What was found damaged so far: the same array for ever, it grows. `/api/health` says how many. @default none */
  problems?: readonly StorageProblem[]
  /** The default site: it takes the hits that no other site does. @default 'default' */
  site?: string
  /** IANA name: the default site's days begin there. */
  timezone: string
  /** What is counted, how pages are told apart, and what is kept. @default as in docs/collector.md */
  settings?: Partial<EnrichSettings>
  /** What says where a visitor is, before the time zone does. @default nothing */
  place?: PlaceSource
  /** What `/privacy` says: see `describePrivacy`. @default there is no such page */
  privacyPage?: readonly PrivacySection[]
  /** Where values go, and what a 201 is worth there, for the owner: without secrets. @default nothing is said of it */
  storage?: { place: string; promise: string }
  /** The settings in force, for the owner, by path: without secrets, see `showSettings`. @default none */
  configuration?: ShownSettings
  /** On requests to `/hit`. @default those of the settings */
  limits?: Omit<LimitSettings, 'connections'>
  /** Which other products' protocols are spoken, by name. @default all of them */
  dialects?: readonly string[]
  /** What names of other products' sites mean: ids of sites. @default none */
  aliases?: Readonly<Record<string, string>>
  /** Other systems that are to have the hits too. @default none */
  destinations?: readonly Destination[]
  /** How hits are handed to them. @default as it should be; others are for tests */
  forwarding?: Pick<ForwardingOptions, 'rhythm' | 'send' | 'timeout' | 'random'>
  /** More sites, each with its hosts. @default none, but for those that `treadlight site add` has made */
  sites?: readonly Site[]
  /** What may stay. @default anonymous hits 90 days, authenticated ones 365 */
  retention?: RetentionPolicy
  /** Says why the clock is not to be believed, so that nothing is pruned by it. @default it always is */
  doubtClock?: () => string | undefined
  /** Who may read `/metrics`. @default 'token' */
  metrics?: MetricsAccess
  /** What a site with made-up visits has. @default a year of them; less is for tests */
  demoSize?: DemoSize
  /** It listens on this machine only: then it may look at pages there, for who tries it out. @default false */
  isLocal?: boolean
  /** The path that it is mounted at in another app, `/stats`: cookies are for it alone, and addresses in answers begin with it. @default '', the root */
  base?: string
  /** The processes that share the port. @default this one alone */
  peers?: Peers
  /** ms since 1970. @default Date.now */
  now?: () => number
  /** Told of what the owner should know, though nothing fails. @default `onError` */
  onNote?: (note: string) => void
  /** Told of what went wrong behind an answer. @default console.error */
  onError?: (error: unknown) => void
}

export interface Collector {
  /** Register more routes before the first request: nothing guards them. */
  app: H3
  /** The collector's own, each with its guard. */
  routes: Routes
  /** Answers a web Request: what every runtime's server takes. */
  fetch: (request: Request) => Response | Promise<Response>
  /** What `/hit` says, for servers that have a shorter way to it than `fetch`. */
  answerHit: AnswerHit
  /** Who may log in. */
  users: Users
  /** What `treadlight token` makes. */
  tokens: Tokens
  sites: Sites
  /** Sites with made-up visits, to look around in. */
  demoSites: DemoSites
  /** Deletes salts that are too old, writes what was counted and lets the store do its own upkeep. To be run about once a minute. */
  maintain(): Promise<MaintainReport>
  /**
   * Deletes hits that retention no longer allows. To be run about once an hour.
   * @throws ConfigError where the clock is not to be believed, and nothing was deleted
   */
  prune(policy?: RetentionPolicy): Promise<PruneReport>
  /** Writes what was counted and is not written yet, before the storage is closed. */
  flush(): Promise<void>
  /** Hands hits to other systems; undefined where there are none. To be closed before the storage is. */
  forwarding: Forwarding | undefined
  /** Ends the answers that go on for as long as somebody listens, so that a stop need not wait for them. */
  endStreams(): void
  /** What fails at present, beside the taking of hits; `/api/health` says so. */
  failures: Failures
  /** Hosts whose hits were dropped because the setting `hosts` does not list them, since the start: at most 100, those with the most hits first. */
  unknownHosts(): UnknownHost[]
  /** How many values of a site were counted as `(other)`, of the two latest days. @default of the default site */
  capped(site?: string): CappedValues
  /** What a 201 is worth here. */
  durability: HitStore['durability']
}

const day = 86_400_000
/** What waits for a destination that there is no more, and dead letters, are kept no longer than this, nor than hits are, ms. */
const longestKept = 30 * day
const defaultLimits = { perAddress: 100, burst: 2000, total: 0 }

/**
 * The collector: receives hits, answers what was counted, and serves the dashboard and the tracker.
 *
 * @example
 * const { fetch } = createCollector({ store, values, timezone: 'UTC' })
 */
export function createCollector(options: CollectorOptions): Collector {
  const { store, values, timezone, problems = [], site = 'default', settings = {}, limits = defaultLimits, place, peers = createLonePeer(), now = Date.now } = options
  const { retention = { anonymous: 90 * day, authenticated: 365 * day }, doubtClock = () => undefined } = options
  const totals = createTotals()
  const onError = countErrors(options.onError ?? console.error)
  const passwords = createPasswords()
  const users = createUsers({ values, passwords, now })
  const additions = createAdditions(values, now)
  const known = { values, defaultSite: { id: site, timezone }, defaultHosts: settings.hosts ?? [], configured: options.sites ?? [], additions, now }
  const sites = createSites({ ...known, onError })
  const registry = createSiteRegistry(known)
  const demoSites = createDemoSites({ store, values, registry, timezone, now, ...(options.demoSize && { size: options.demoSize }) })
  const saltsOf = createSiteSalts(values)
  const failures = createFailures(now)
  const tell = options.onNote ?? ((note: string) => onError(new ConfigError(note)))
  const notes = createNotes(tell)
  const requests = createRequests()
  const counts = createDropCounts({ values })
  const samples = createDropSamples()
  const sweep = createSweep(values, now, demoSites.sweep)
  const ledger = createLedger(counts, samples, totals)
  const unknownHosts = createUnknownHosts()
  let lastUpkeep: LastUpkeep | undefined
  const rules = createSiteRules(site, {
    settings,
    ...(place && { place }),
    onUnknownHost(host, time) {
      unknownHosts.add(host, time)
      notes.add('hosts')
    },
    onCapped: () => notes.add('distinct'),
  })
  const policy: PrivacyPolicy = { ...defaultPolicy, ...options }
  const identify = createIdentify({ policy, notes })
  const logIns = policy.associateAnonymous ? createLogIns(store) : undefined
  const ownVisits = createOwnVisits({ values, now })
  const counted = countAppends(store, totals)
  const poisonedHits = createPoisonedHits({ totals, now, onError })
  const { destinations = [] } = options
  const keepFor = Math.min(retention.anonymous, longestKept)
  const forwarding = destinations.length === 0 ? undefined : createForwarding({ destinations, store, values, sites, keepFor, now, log: tell, onError, ...options.forwarding })
  const receiver = createReceiver({ store: counted, sites, saltsOf, rulesOf: rules.of, ledger, now, policy, identify, logIns, ownVisits, poisonedHits, forwarding })
  const { receive, failingSince } = watchReceiver(receiver, { now, onError })

  const noteBase = createBaseNote(options.base ?? '')
  const app = new H3({
    silent: true,
    ...(noteBase && { onRequest: noteBase }),
    onError(error) {
      // That no route was asked for is nobody's time to measure.
      if (error.status === 404) requests.add('none', 404)
      if (error.status === 404) return failure(404, 'There is nothing at this address')
      if (error.status < 500) return failure(error.status, error.message)
      onError(error.cause ?? error)
      return failure(500, 'Something went wrong here: the collector’s log says what')
    },
  })
  const logins = createLogins(values, now)
  const tokens = createTokens(values, now)
  const goals = createGoals(values, now)
  const segments = createSegments(values, now)
  const shares = createShares({ values, sites, passwords, now })
  const authorize = createAuthorize({ users, logins, tokens, shares, now })
  const routes = createRoutes({ app, measure: requests.measure, authorize })

  // On Node.js /hit is answered below the routes: what it takes is measured where both ways meet.
  const limit = createRequestLimit(limits, now)
  const serverTokens = createServerTokens(tokens)
  const answer = createAnswerHit({ receive, limit, serverTokens, now })
  const answerHit = requests.measure('/hit', answer)
  routes.add('ALL', '/hit', 'public', createHitRoute(answerHit), { measured: false })
  const { dialects, aliases = {}, settings: { hosts = [] } = {} } = options
  const isDefaultHost = hosts.length === 0 ? undefined : createHostTest(hosts)
  const createTake = createTakes({ receive, sites, now, aliases: new Map(Object.entries(aliases)), isDefaultHost, defaultHosts: hosts })
  addDialectRoutes(routes, spokenDialects(dialects), { createTake, limit, serverTokens, onRefused, now })
  addHealthRoute(routes, { durability: store.durability, problems, failures, notes, failingSince, forwardingSince: forwarding?.failingSince, now })
  addAdminRoutes(routes, { users, logins, attempts: createAttempts(now) })
  addUserRoutes(routes, { users, sites })
  // Guesses at a link's password are not held against who logs in.
  addShareRoutes(routes, { shares, sites, passwords, logins, attempts: createAttempts(now) })
  addTokenRoutes(routes, tokens)
  addOwnVisitsRoutes(routes, ownVisits)
  if (options.privacyPage) addPrivacyRoute(routes, options.privacyPage)
  const desk = createStatsDesk({ store, goals, segments, failures, now })
  addSiteRoutes(routes, { sites, version, retention })
  addSiteChangeRoutes(routes, { sites, registry, demoSites, store })
  addDemoSiteRoutes(routes, { sites, demoSites, onError })
  addExclusionRoutes(routes, { sites, exclusions: createExclusions({ additions, configured: settings.exclude ?? { paths: [], addresses: [] } }) })
  addGoalRoutes(routes, { sites, goals })
  addFunnelRoutes(routes, { sites, funnels: createFunnels(values, now), desk: createVisitDesk({ store, goals, segments, failures, now }) })
  addSegmentRoutes(routes, { sites, segments })
  addAnnotationRoutes(routes, { sites, annotations: createAnnotations(values, now), now })
  addPropRoute(routes, { store, sites, now })
  addQueryRoute(routes, { sites, desk })
  addVitalsRoute(routes, { sites, desk, store, failures })
  addV1Routes(routes, { sites, desk, store, failures, now })
  const endStreams = addRealtimeRoute(routes, { sites, realtime: createRealtime({ store, now, onError }), authorize, onError })
  addOpenapiRoute(routes)
  addDropRoutes(routes, { sites, counts, samples, unknownHosts: unknownHosts.list, capped, peers, now })
  addDestinationRoutes(routes, { forwarding, peers })
  addExplorerRoutes(routes, { sites, desk: createHitDesk({ store, goals, segments, failures, now }) })
  addExportRoutes(routes, { store, sites, problems, peers, onError })
  addVisitRoutes(routes, { store, sites, problems, now, onError })
  addCardRoutes(routes, { store, sites })
  addTimelineRoutes(routes, { store, sites })
  addEraseRoutes(routes, { store, values, sites, forwarding, peers, forget: () => logIns?.forget(), now, onError })
  addInstallationRoute(routes, { store, sites, rulesOf: rules.of, policy, ownVisits, samples, peers, isLocal: options.isLocal ?? false, now })
  const alone = createOneTask()
  addTaskRoutes(routes, { prune: (dryRun) => (dryRun ? pruneReal(retention, true) : prune()), maintain, alone })
  addPruneRoutes(routes, { store, sites, retention, doubtClock, alone, now })
  addStorageRoute(routes, { store, values, sites, problems, failures, failingSince, described: options.storage, lastUpkeep: () => lastUpkeep, now })
  addConfigRoute(routes, options.configuration ?? {})
  addMetricsRoute(routes, options.metrics ?? 'token', { totals, requests, failures, problems, failingSince, delay: createEventLoopDelay(), forwarding }, peers)
  addAssetRoutes(routes, shares, options.base)

  return {
    app,
    routes,
    answerHit,
    fetch: (request) => app.fetch(request),
    users,
    tokens,
    sites,
    demoSites,
    durability: store.durability,
    failures,
    unknownHosts: unknownHosts.list,
    capped,
    maintain,
    prune,
    flush: () => counts.flush(),
    forwarding,
    endStreams,
  }

  function onRefused(dialect: string): void {
    Promise.resolve(sites.find()).then((find) => ledger.refuse(find(undefined, '')!, dialect, now()), onError)
  }

  function capped(id: string = site): CappedValues {
    return rules.distinctOf(id).capped()
  }

  function maintain(): Promise<MaintainReport> {
    return failures.watch('upkeep', async () => {
      const errors: unknown[] = []
      const attempt = (task: Promise<unknown>): Promise<unknown> => task.catch((error: unknown) => errors.push(error))
      // Also where no hits come, yesterday's visitors become unrecognisable.
      for (const each of await sites.list()) await attempt(Promise.resolve(saltsOf(each).at(now())))
      logIns?.forget()
      await attempt(sweep())
      if (forwarding) await attempt(forwarding.round())
      await attempt(counts.flush())
      const report = await store.maintain()
      lastUpkeep = { at: now(), report }
      if (errors.length > 0) throw errors[0]
      return report
    })
  }

  function prune(policy: RetentionPolicy = retention): Promise<PruneReport> {
    return failures.watch('retention', async () => {
      const doubt = doubtClock()
      if (doubt !== undefined) throw new ConfigError(doubt)
      await forwarding?.sweep()
      return pruneReal(policy, false)
    })
  }

  /** What is made up is nobody's, and there to be looked at for as long as its owner likes. */
  async function pruneReal(policy: RetentionPolicy, dryRun: boolean): Promise<PruneReport> {
    const except = (await sites.list()).flatMap(({ id, demo }) => (demo ? [id] : []))
    return pruneSites(store, policy, { dryRun, except })
  }

  function countErrors(tell: (error: unknown) => void): typeof tell {
    return (error) => {
      totals.add('errors', 'error')
      tell(error)
    }
  }
}
