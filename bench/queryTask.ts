// One task of the query bench, in a process of its own: see query.ts.
import { createStore, openStorage, type HitFilter, type QueryResult, type Store, type StoredHit } from '@treadlight/store'
import { writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { dayStart } from './dayStart.ts'
import { everydayUser, generateHits } from './generateHits.ts'
import { median } from './median.ts'
import { lastDay, now as evening, questions, realtime, site, visitQuestion, zone, type QuestionName } from './questions.ts'
import { askEngine, type EngineName } from './sqlEngines.ts'

export interface QueryTask {
  task: 'make' | 'addToday' | 'ask' | 'list' | 'build' | 'engine' | 'funnel' | 'journeys'
  base: string
  hits: number
  days: number
  question?: QuestionName
  samples?: Samples
  listing?: Listing
  engine?: { name: EngineName; module: string }
}

/** Of whom to ask. */
export interface Samples {
  /** With the days on which they were. */
  sessions: { session: string; day: string }[]
  daily: string[]
  rare: string[]
}

export type Listing = 'session' | 'session and day' | 'daily user' | 'rare user' | 'absent user'

export interface QueryTaskResult {
  hits: number
  /** ms from before the storage was opened until the answers, the first time. */
  fresh: number
  /** ms, median of what is asked then. */
  warm: number
  /** CPU s. */
  cpu: number
  idleCpu: number
  /** MB, the most there was. */
  rss: number
  samples: Samples
  answers: QueryResult[]
  engine?: Awaited<ReturnType<typeof askEngine>>
}

const minute = 60_000
const hour = 3_600_000
const groupSize = 500
const maxRounds = 60

const task = JSON.parse(process.argv[2]!) as QueryTask
let now = evening
const result: QueryTaskResult = { hits: 0, fresh: 0, warm: 0, cpu: 0, idleCpu: 0, rss: 0, samples: { sessions: [], daily: [], rare: [] }, answers: [] }
const tasks: Record<QueryTask['task'], () => Promise<void>> = { make, addToday, ask, list, build, engine: runEngine, funnel: askVisits, journeys: askVisits }
await tasks[task.task]()
result.rss = process.resourceUsage().maxRSS / 1024
process.send!(result)
process.disconnect()

async function open(): Promise<Store> {
  const opened = await openStorage({ driver: 'fs', base: task.base, sync: false })
  const store = await createStore({ ...opened, now: () => now })
  return {
    ...store,
    async close() {
      await store.close()
      await opened.storage.dispose()
    },
  }
}

/** The history as a collector would have written it, by a clock of its own. */
async function make(): Promise<void> {
  const sampler = createSampler()
  now = dayStart(zone, lastDay) - task.days * 24 * hour
  const store = await open()
  let next = now
  for (const hits of generateHits({ hits: task.hits, days: task.days, timezone: zone, end: lastDay, sessionIds: 0.5 })) {
    sampler.see(hits)
    for (let at = 0; at < hits.length; at += groupSize) {
      const group = hits.slice(at, at + groupSize)
      now = Math.max(now, group.at(-1)!.received)
      for (; now >= next; next += 6 * hour) await store.maintain()
      await store.append(group)
      result.hits += group.length
    }
  }
  for (now = Math.max(now, evening - 4 * hour); now <= evening; now += hour) await store.maintain()
  await store.close()
  result.samples = sampler.samples()
  writeFileSync(join(task.base, 'made.json'), JSON.stringify({ hits: result.hits, samples: result.samples }))
}

function createSampler() {
  const days = new Map<string, number>()
  const sessions: Samples['sessions'] = []
  return {
    see(hits: readonly StoredHit[]): void {
      for (const user of new Set(hits.map(({ user }) => user))) days.set(user, (days.get(user) ?? 0) + 1)
      const { session = '', day = '' } = hits.findLast((hit) => hit.session !== '') ?? {}
      if (session !== '') sessions.push({ session, day })
    },
    samples(): Samples {
      days.delete('')
      const users = [...days].toSorted(([, a], [, b]) => b - a).map(([user]) => user)
      const step = Math.max(1, Math.floor(sessions.length / 12))
      return { sessions: sessions.filter((_, index) => index % step === 0).slice(0, 12), daily: [everydayUser, ...users.filter((user) => user !== everydayUser).slice(0, 7)], rare: users.slice(-8) }
    },
  }
}

/** Today's hits until now, as other collectors are still adding to them; with the upkeep that one of these does each minute. */
async function addToday(): Promise<void> {
  const store = await open()
  const [hits = []] = generateHits({ hits: task.hits * 1.5, days: 1, timezone: zone, end: '2026-11-21', seed: 2, sessionIds: 0.5 })
  const arrived = hits.filter(({ received }) => received <= evening).slice(-task.hits)
  let next = -Infinity
  for (let at = 0; at < arrived.length; at += 50) {
    const group = arrived.slice(at, at + 50)
    now = group.at(-1)!.received
    await store.append(group)
    if (now < next) continue
    const { compacted } = await store.maintain()
    if (compacted > 0) throw new Error(`upkeep has compacted ${compacted} hits of today`)
    next = now + minute
  }
  result.hits = arrived.length
  await store.close()
}

async function ask(): Promise<void> {
  const question = questions[task.question!]
  const start = performance.now()
  const store = await open()
  result.answers = await askAll(store, 0)
  result.fresh = performance.now() - start
  const times: number[] = []
  // Fewer where each takes seconds: there is nothing then that another look would tell.
  for (let variant = 1; variant <= 9 && performance.now() - start < 30_000; variant++) {
    const begun = performance.now()
    await askAll(store, variant)
    times.push(performance.now() - begun)
  }
  result.warm = median(times)
  await store.close()

  async function askAll(from: Store, variant: number): Promise<QueryResult[]> {
    const listing = task.question === 'view' ? collect(from, realtime) : undefined
    const answers = await Promise.all(question.queries(task.days, variant).map((query) => from.query(query)))
    await listing
    return answers
  }
}

/** What visits did one after the other: all of them, then those of a country. */
async function askVisits(): Promise<void> {
  const start = performance.now()
  const store = await open()
  const times: number[] = []
  for (let variant = 0; variant <= 9; variant++) {
    const begun = performance.now()
    const asked = visitQuestion(task.days, variant)
    const { visits } = await (task.task === 'funnel' ? store.funnel({ ...asked, steps: [{ page: '/' }, { page: '/p*' }, { page: '/*' }, { event: 'signup' }] }) : store.journeys({ ...asked, from: { page: '/' }, depth: 5 }))
    if (visits === 0) throw new Error(`${task.task}: no visits`)
    times.push(performance.now() - (variant === 0 ? start : begun))
  }
  result.fresh = times[0]!
  result.warm = median(times.slice(1))
  await store.close()
}

async function collect(store: Store, filter: HitFilter): Promise<StoredHit[]> {
  const hits: StoredHit[] = []
  for await (const hit of store.hits(filter)) hits.push(hit)
  return hits
}

async function list(): Promise<void> {
  const filters = filtersOf(task.listing!, task.samples!)
  const start = performance.now()
  const store = await open()
  const times: number[] = []
  for (const filter of filters) {
    const begun = performance.now()
    const found = await collect(store, filter)
    times.push(performance.now() - begun)
    if (times.length === 1) result.fresh = performance.now() - start
    if ((found.length === 0) !== (task.listing === 'absent user')) throw new Error(`${task.listing}: ${found.length} hits`)
    result.hits += found.length
    if (performance.now() - start > 30_000 && times.length > 1) break
  }
  result.warm = median(times.slice(1))
  await store.close()
}

function filtersOf(listing: Listing, { sessions, daily, rare }: Samples): HitFilter[] {
  const byUser = (users: readonly string[]) => users.map((user) => ({ site, user, limit: 50 }))
  if (listing === 'daily user') return byUser(daily)
  if (listing === 'rare user') return byUser(rare)
  if (listing === 'absent user') return byUser(['nobody', 'no-one', 'none', 'user-0', 'user-00'])
  return sessions.map(({ session, day }) => {
    const from = dayStart(zone, day)
    return { site, session, order: 'oldest', ...(listing === 'session and day' && { from, to: from + 24 * hour }) }
  })
}

/** What is derived from the segments is deleted and made anew, in as many rounds as that takes. */
async function build(): Promise<void> {
  for (const kind of ['index', 'rollup', 'persons']) await rm(join(task.base, site, kind), { recursive: true, force: true })
  const store = await open()
  const cpu = async (): Promise<number> => {
    const before = process.cpuUsage()
    await store.maintain({ force: true })
    const { user, system } = process.cpuUsage(before)
    return (user + system) / 1e6
  }
  const rounds: number[] = []
  // One that costs no more than the one before it had nothing left to do.
  while (rounds.length < 3 || (rounds.length < maxRounds && rounds.at(-1)! > 1.5 * Math.min(...rounds))) rounds.push(await cpu())
  result.idleCpu = Math.min(...rounds)
  result.cpu = rounds.reduce((sum, each) => sum + each - result.idleCpu, 0)
  await store.close()
}

async function runEngine(): Promise<void> {
  result.engine = await askEngine(task.engine!, task.base, task.days)
}
