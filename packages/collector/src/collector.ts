import type { HitStore, PruneReport, RetentionPolicy, StorageProblem, Values } from '@treadlight/store'
import { H3 } from 'h3'
import { createLogins } from './admin/logins.ts'
import { createAccount, type Account } from './admin/password.ts'
import type { CappedValues } from './enrich/distinct.ts'
import { createRules, type EnrichSettings } from './enrich/rules.ts'
import { createUnknownHosts, type UnknownHost } from './enrich/unknownHosts.ts'
import { createFailures, type Failures } from './failures.ts'
import { createAnswerHit, type AnswerHit } from './hit/answerHit.ts'
import { createReceiver } from './hit/receive.ts'
import { createRequestLimit } from './hit/requestLimit.ts'
import { createSalts } from './hit/salts.ts'
import { watchReceiver } from './hit/watchReceiver.ts'
import { addAdminRoutes } from './http/adminRoutes.ts'
import { addAssetRoutes } from './http/assetRoutes.ts'
import { addHealthRoute } from './http/healthRoute.ts'
import { createHitRoute } from './http/hitRoute.ts'
import { failure } from './http/respond.ts'
import { addOwnVisitsRoutes } from './http/ownVisitsRoutes.ts'
import { addPrivacyRoute } from './http/privacyRoute.ts'
import { addStatsRoutes } from './http/statsRoutes.ts'
import type { PlaceSource } from './place/placeSource.ts'
import { createNotes } from './notes.ts'
import { createIdentify } from './identity/identify.ts'
import { createLogIns } from './identity/logIns.ts'
import { createOwnVisits } from './identity/ownVisits.ts'
import type { PrivacySection } from './privacy/describePrivacy.ts'
import { defaultPolicy, type PrivacyPolicy } from './settings/privacy.ts'
import type { LimitSettings } from './settings/limits.ts'
import { version } from './version.ts'

export interface CollectorOptions extends Partial<PrivacyPolicy> {
  store: HitStore
  /** Small write-once values beside the hits: salts, the password's hash, log-ins. */
  values: Values
  /** What was found damaged so far: the same array for ever, it grows. `/api/health` says how many. @default none */
  problems?: readonly StorageProblem[]
  /** @default 'default' */
  site?: string
  /** IANA name: the site's days begin there. */
  timezone: string
  /** What is counted, how pages are told apart, and what is kept. @default as in docs/collector.md */
  settings?: Partial<EnrichSettings>
  /** What says where a visitor is, before the time zone does. @default nothing */
  place?: PlaceSource
  /** What `/privacy` says: see `describePrivacy`. @default there is no such page */
  privacyPage?: readonly PrivacySection[]
  /** On requests to `/hit`. @default those of the settings */
  limits?: Omit<LimitSettings, 'connections'>
  /** ms since 1970. @default Date.now */
  now?: () => number
  /** Told of what went wrong behind an answer, and of what the owner should know. @default console.error */
  onError?: (error: unknown) => void
}

export interface Collector {
  /** Register more routes before the first request. */
  app: H3
  /** Answers a web Request: what every runtime's server takes. */
  fetch: (request: Request) => Response | Promise<Response>
  /** What `/hit` says, for servers that have a shorter way to it than `fetch`. */
  answerHit: AnswerHit
  account: Account
  /** Deletes salts that are too old and lets the store do its own upkeep. To be run about once a minute. */
  maintain(): Promise<void>
  /** Deletes hits that retention no longer allows. To be run about once an hour, by a clock that can be believed. */
  prune(policy: RetentionPolicy): Promise<PruneReport>
  /** What fails at present, beside the taking of hits; `/api/health` says so. */
  failures: Failures
  /** Hosts whose hits were dropped because the setting `hosts` does not list them, since the start: at most 100, those with the most hits first. */
  unknownHosts(): UnknownHost[]
  /** How many values were counted as `(other)`, of the two latest days. */
  capped(): CappedValues
  /** What a 201 is worth here. */
  durability: HitStore['durability']
}

const defaultLimits = { perAddress: 100, burst: 2000, total: 0 }

/**
 * The collector: receives hits, answers what was counted, and serves the dashboard and the tracker.
 *
 * @example
 * const { fetch } = createCollector({ store, values, timezone: 'UTC' })
 */
export function createCollector(options: CollectorOptions): Collector {
  const { store, values, timezone, problems = [], site = 'default', settings = {}, limits = defaultLimits, place } = options
  const { now = Date.now, onError = console.error } = options
  const account = createAccount(values)
  const salts = createSalts({ values, site, timezone })
  const failures = createFailures(now)
  const notes = createNotes(onError)
  const unknownHosts = createUnknownHosts()
  const rules = createRules({
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
  const receiver = createReceiver({ store, salts, site, timezone, now, rules, policy, identify, logIns, ownVisits })
  const { receive, failingSince } = watchReceiver(receiver, { now, onError })

  const app = new H3({
    silent: true,
    onError(error) {
      if (error.status === 404) return failure(404, 'There is nothing at this address')
      if (error.status < 500) return failure(error.status, error.message)
      onError(error.cause ?? error)
      return failure(500, 'Something went wrong here: the collector’s log says what')
    },
  })

  const answerHit = createAnswerHit({ receive, limit: createRequestLimit(limits, now), now })
  app.all('/hit', createHitRoute(answerHit))
  addHealthRoute(app, { durability: store.durability, problems, failures, notes, failingSince })
  const guard = addAdminRoutes(app, { account, logins: createLogins(values, now), now })
  addOwnVisitsRoutes(app, { ownVisits, guard })
  if (options.privacyPage) addPrivacyRoute(app, options.privacyPage)
  addStatsRoutes(app, { store, site, timezone, version, now, guard, failures })
  addAssetRoutes(app)

  return {
    app,
    answerHit,
    fetch: (request) => app.fetch(request),
    account,
    durability: store.durability,
    failures,
    unknownHosts: unknownHosts.list,
    capped: rules.distinct.capped,
    maintain: () =>
      failures.watch('upkeep', async () => {
        // Also where no hits come, yesterday's visitors become unrecognisable.
        await salts.at(now())
        logIns?.forget()
        await store.maintain()
      }),
    prune: (policy) => failures.watch('retention', () => store.prune(policy)),
  }
}

