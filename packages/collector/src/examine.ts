import {
  countKeys,
  checkStorage,
  findErasures,
  findWaitingBatches,
  isForeignKey,
  isLaterFormat,
  newestTime,
  verifyStorage,
  type Check,
  type KindOfValues,
  type StorageProblem,
  type VerifyProblem,
  type VerifyReport,
} from '@treadlight/store'
import type { Config } from './config.ts'
import { describeDamage } from './describeDamage.ts'
import { checkForwarding } from './forwarding/checkForwarding.ts'
import { createSecretHider } from './hideSecrets.ts'
import { isClickhouse } from './settings/store.ts'
import { countLines, hitLines } from './export/hitLines.ts'
import type { OpenStorage, OpenStore } from './openStore.ts'
import { checkOwners } from './ownerChecks.ts'
import { checkPlace } from './place/checkPlace.ts'
import { count, formatBytes } from './progress.ts'

export interface Examination {
  config: Config
  opened: OpenStorage
  /** Whether every value is read. */
  deep: boolean
  /** Ends it early; what it has written is removed all the same. */
  signal: AbortSignal
  /** Told of what is going on. */
  show: (text: () => string) => void
  /** ms since 1970. @default Date.now */
  now?: () => number
}

interface SiteFindings {
  site: string
  hits: number
  /** Values in the storage; undefined where the hits lie in a text file. */
  batches?: number
  segments?: number
  /** Hits that arrived and are in no segment yet; undefined where the hits lie in a text file. */
  waiting?: number
  /** Of the oldest and the newest hit, ISO 8601. */
  oldest?: string
  newest?: string
}

export interface Diagnosis {
  checks: Check[]
  sites: SiteFindings[]
  /** Values of the storage, by kind. */
  values: KindOfValues[]
  problems: (StorageProblem | VerifyProblem)[]
  /** Of `deep`. */
  verified?: Pick<VerifyReport, 'values' | 'bytes' | 'leftOver' | 'foreign'>
}

/** Tries out the storage, opens the store and looks at what is there. Yields each check as it is done. */
export async function* examine(examination: Examination): AsyncGenerator<Check, Diagnosis, void> {
  const { config, opened, deep, signal, show, now = Date.now } = examination
  const diagnosis: Diagnosis = { checks: [], sites: [], values: [], problems: [] }
  const hide = createSecretHider(config.storage, [config.store.password ?? ''])
  const note = ({ detail, remedy, ...check }: Check): Check => {
    const noted = { ...check, detail: hide(detail).replace(/^\[treadlight [\w-]+\] /, ''), ...(remedy !== undefined && { remedy }) }
    diagnosis.checks.push(noted)
    return noted
  }

  // First, because a service that nobody can reach would be waited for again and again.
  show(() => 'listing …')
  let keys: string[]
  try {
    keys = await opened.storage.getKeys()
  } catch (error) {
    yield note({ name: 'storage', ok: false, detail: (error as Error).message })
    return diagnosis
  }
  diagnosis.values = countKeys(keys)
  show(() => 'trying out the storage …')
  for await (const check of checkStorage(opened.storage)) {
    yield note(check)
    if (signal.aborted) return diagnosis
  }
  show(() => 'opening the store …')
  yield note(checkClock(keys, now()))
  if (config.store.type === 'storage') {
    yield note(await checkUpkeep(opened, keys, now()))
    for (const check of checkErasures(keys, now())) yield note(check)
  }
  for await (const check of checkOwners(config, opened, now())) yield note(check)
  for (const check of checkForwarding(config, keys, now())) yield note(check)
  const place = await checkPlace(config.place, now())
  if (place) yield note(place)
  yield* openAndLook(examination, keys, diagnosis, note)
  if (signal.aborted) return diagnosis

  if (deep) {
    const { problems, ...verified } = await verifyStorage(opened.storage, {
      signal,
      now,
      progress: ({ values, total, bytes }) => show(() => `verifying … ${values} of ${count(total, 'value')}, ${formatBytes(bytes)}`),
    })
    diagnosis.verified = { values: verified.values, bytes: verified.bytes, leftOver: verified.leftOver, foreign: verified.foreign }
    // It knows all that was found before, and more of each.
    if (config.store.type === 'storage') diagnosis.problems = problems
    else diagnosis.problems.push(...problems)
    yield note(describeVerified(verified))
  }
  for (const check of describeDamage(diagnosis.problems, now())) yield note(check)
  // Where the store does not open, it may be for the sake of one that a later version has written.
  const isOpened = !diagnosis.checks.some(({ name, ok }) => name === 'store' && ok === false)
  if (isOpened) for (const check of describeForeign(keys.filter(isForeignKey))) yield note(check)
  return diagnosis
}

/** A store that does not open is told of like everything else. */
async function* openAndLook({ config, opened, signal, show }: Examination, keys: readonly string[], diagnosis: Diagnosis, note: (check: Check) => Check): AsyncGenerator<Check, void, void> {
  let store: OpenStore
  try {
    store = await opened.open({ readOnly: true, onProblem: () => undefined })
  } catch (error) {
    yield note({ name: 'store', ok: false, detail: (error as Error).message })
    return
  }
  try {
    for (const site of await sitesOf(store, config)) {
      if (signal.aborted) return
      diagnosis.sites.push(await lookAt(store, config, site, keys, signal, show))
    }
    diagnosis.problems.push(...store.problems)
  } catch (error) {
    const remedy = isLaterFormat(error) ? 'see the message' : 'run it again; if it stays, restore what is damaged from a backup'
    yield note({ name: 'store', ok: false, detail: `could not be read: ${(error as Error).message}`, remedy })
    diagnosis.problems.push(...store.problems)
  } finally {
    await store.store.close()
  }
}

async function sitesOf({ store }: OpenStore, config: Config): Promise<string[]> {
  return (await store.sites?.()) ?? [config.site]
}

async function lookAt({ store }: OpenStore, config: Config, site: string, keys: readonly string[], signal: AbortSignal, show: Examination['show']): Promise<SiteFindings> {
  // A database counts by itself; elsewhere reading is what shows damage.
  let hits = isClickhouse(config) ? await store.countAbout!({ site }) : 0
  for await (const piece of isClickhouse(config) ? [] : hitLines(store, { site })) {
    if (signal.aborted) break
    hits += countLines(piece)
    show(() => `counting … ${count(hits, 'hit')} of site ${site}`)
  }
  const findings: SiteFindings = { site, hits }
  const waiting = await store.countWaiting?.(site)
  if (waiting !== undefined) findings.waiting = waiting
  for (const [end, order] of [['oldest', 'oldest'], ['newest', 'newest']] as const) {
    for await (const { time } of store.hits({ site, order, limit: 1 })) findings[end] = new Date(time).toISOString()
  }
  if (config.store.type === 'storage') {
    findings.batches = keys.filter((key) => key.startsWith(`${site}:batch:`)).length
    findings.segments = keys.filter((key) => key.startsWith(`${site}:segment:`)).length
  }
  return findings
}

const minute = 60_000
const day = 86_400_000
/** What clocks may differ by. Keys tell the minute. */
const behind = 5 * minute
/** As the clock guard of upkeep has it. */
const ahead = 2 * day

/** The values are stamped by the clocks of those who wrote them. */
function checkClock(keys: readonly string[], now: number): Check {
  const newest = newestTime(keys)
  const name = 'clock'
  if (newest === undefined) return { name, ok: true, detail: `${new Date(now).toISOString()}; nothing is stored to compare it with` }
  const said = `it says ${new Date(now).toISOString().slice(0, 16)}Z, and the newest value was written at ${new Date(newest).toISOString().slice(0, 16)}Z`
  if (newest - now > behind) {
    return { name, ok: 'warning', detail: `${said}: this machine’s clock is behind, or the writer’s was ahead`, remedy: 'set the clocks of all machines by NTP' }
  }
  if (now - newest > ahead) {
    const detail = `${said}: no collector has run since, or this machine’s clock is ahead`
    return { name, ok: 'warning', detail, remedy: 'look at the clock before you prune: what is too old goes by it' }
  }
  return { name, ok: true, detail: said }
}

/** Days end within 14 hours of those of UTC, hits may be a day ahead, and upkeep comes every minute. */
const longestWait = 3 * day
/** Erased persons are gone within half an hour, where a collector runs. */
const longestErasure = 60 * minute

/** What a collector does by itself: the log of one that fails at it may be far away. */
async function checkUpkeep({ storage }: OpenStorage, keys: readonly string[], now: number): Promise<Check> {
  const { begun, covered } = await findWaitingBatches(storage, keys, now - longestWait)
  const name = 'upkeep'
  const warn = (detail: string): Check => ({ name, ok: 'warning', detail, remedy: 'run treadlight compact, and look into the collector’s log' })
  if (begun !== undefined) {
    return warn(`hits that arrived on ${isoDay(begun)} still lie in batches: no collector has run since, or its upkeep fails, or something of them is damaged`)
  }
  if (covered !== undefined && now - covered > longestWait) {
    return warn(`batches whose hits have been in segments since ${isoDay(covered)} are still there: no collector has run since, or its upkeep fails`)
  }
  return { name, ok: true, detail: 'nothing waits for longer than it should' }
}

/** As far as keys tell. */
function* checkErasures(keys: readonly string[], now: number): Generator<Check> {
  const { erasures, open } = findErasures(keys)
  if (erasures === 0) return
  const [first] = open
  const name = 'erasures'
  const said = `${count(erasures, 'erasure')}, all in force`
  if (first === undefined) yield { name, ok: true, detail: `${said}, and nothing of them is left in the storage` }
  else if (now - first.time <= longestErasure) yield { name, ok: true, detail: `${said}; ${open.length} of them leave the storage with the next upkeep` }
  else {
    const detail = `${said}; what ${open.length} of them hide has not left the storage yet, since ${isoDay(first.time)}: no upkeep has come through since, or a value is damaged in which the person may be`
    yield { name, ok: 'warning', detail, remedy: 'run treadlight compact, and again ten minutes later; restore or remove what doctor --deep finds damaged' }
  }
}

function isoDay(time: number): string {
  return new Date(time).toISOString().slice(0, 10)
}

function describeVerified({ values, bytes, leftOver, foreign }: Omit<VerifyReport, 'problems'>): Check {
  const also = [
    ...(leftOver > 0 ? [`${count(leftOver, 'value')} left over for upkeep to delete`] : []),
    ...(foreign.length > 0 ? [`${foreign.length} not ours (${foreign.slice(0, 3).join(', ')}${foreign.length > 3 ? ' …' : ''})`] : []),
  ]
  return { name: 'verified', ok: true, detail: [`${count(values, 'value')}, ${formatBytes(bytes)}`, ...also].join('; ') }
}

/** More than this are counted only. */
const maxListed = 20

/** What lies among the values of a site and is none of them. */
function* describeForeign(keys: readonly string[]): Generator<Check> {
  const check = { name: 'foreign', ok: 'warning', remedy: 'move it away' } as const
  for (const key of keys.slice(0, maxListed)) yield { ...check, detail: `${key} is not treadlight’s, and counts for nothing` }
  const others = keys.length - maxListed
  if (others > 0) yield { ...check, detail: `and ${count(others, 'value')} more` }
}
