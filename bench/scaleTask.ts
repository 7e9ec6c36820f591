// One task of the scale bench, in a process of its own: see scale.ts.
import { createStore, openStorage, type StoredHit } from '@treadlight/store'
import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as wait } from 'node:timers/promises'
import { createStorage } from 'unstorage'
import { createCountingDriver, noRequests, requestsSince, type ObjectRequests } from './countingDriver.ts'
import { generateHits } from './generateHits.ts'

export interface ScaleTask {
  task: 'requests' | 'watch' | 'make' | 'day' | 'open'
  base: string
  hits: number
  days: number
  /** How many hits a write takes along. */
  group: number
}

export interface ScaleTaskResult {
  hits: number
  hours: number
  /** Of `requests`: all of the hours; of these, those of an hour in which nothing arrives. */
  requests: ObjectRequests
  idle: ObjectRequests
  /** CPU seconds, seconds, MB. */
  cpu: number
  wall: number
  rss: number
}

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour
const end = Date.parse('2026-11-22')

const task = JSON.parse(process.argv[2]!) as ScaleTask
let now = end
const result: ScaleTaskResult = { hits: 0, hours: 0, requests: noRequests(), idle: noRequests(), cpu: 0, wall: 0, rss: 0 }
await tasks()[task.task]()
result.rss = process.resourceUsage().maxRSS / 1024
process.send!(result)
process.disconnect()

function tasks(): Record<ScaleTask['task'], () => Promise<void>> {
  return { requests: countRequests, watch, make, day: takeDay, open: openDay }
}

/** Days of arrivals with upkeep each minute, as a collector does it; what the first two days cost that have nothing to compact is left out. */
async function countRequests(): Promise<void> {
  const { driver, requests } = createCountingDriver()
  now = end - task.days * day
  const store = await createStore({ storage: createStorage({ driver }), durability: 'acknowledged', now: () => now })
  let next = now + minute
  const warm = end - (task.days - 2) * day
  let before: ObjectRequests | undefined
  for (const hits of generateHits({ hits: task.hits, days: task.days })) {
    for (const group of groups(hits)) {
      now = Math.max(now, ...group.map(({ received }) => received))
      for (; now >= next; next += minute) await store.maintain()
      if (before === undefined && now >= warm) before = { ...requests }
      await store.append(group)
      if (before !== undefined) result.hits += group.length
    }
  }
  result.requests = requestsSince(requests, before ?? noRequests())
  result.hours = (now - warm) / hour
  for (let count = 0; count < 60 * 72; count++) {
    now += minute
    if (count === 60 * 71) before = { ...requests }
    await store.maintain()
  }
  result.idle = requestsSince(requests, before!)
  await store.close()
}

/** What an hour costs in which somebody looks at the present, which asks twice a second: a listing takes 50 ms, and the store looks less often where looking takes long. */
async function watch(): Promise<void> {
  const { driver, requests } = createCountingDriver(50)
  const store = await createStore({ storage: createStorage({ driver }), durability: 'acknowledged', now: () => now })
  for (const hits of generateHits({ hits: task.hits, days: task.days })) for (const group of groups(hits)) await store.append(group)
  await store.maintain()
  const [before, start] = [{ ...requests }, performance.now()]
  while (performance.now() - start < 30_000) {
    for await (const _ of store.hits({ site: 'shop', from: now - 5 * minute })) break
    await wait(500)
  }
  result.hours = (performance.now() - start) / hour
  result.requests = requestsSince(requests, before)
  await store.close()
}

/** In a process of its own, so that a whole day is not what the memory of the others is full of. */
async function make(): Promise<void> {
  const file = await open(join(task.base, 'arrivals.ndjson'), 'w')
  for (const hits of generateHits({ hits: task.hits, days: 1 })) for (const group of groups(hits)) await file.write(group.map((hit) => `${JSON.stringify(hit)}\n`).join(''))
  await file.close()
}

async function* arrivals(): AsyncGenerator<StoredHit[]> {
  let group: StoredHit[] = []
  for await (const line of createInterface({ input: createReadStream(join(task.base, 'arrivals.ndjson')) })) {
    group.push(JSON.parse(line) as StoredHit)
    if (group.length < task.group) continue
    yield group
    group = []
  }
  if (group.length > 0) yield group
}

/** Takes the hits of one day as they come, with upkeep each minute, and compacts them when it has ended. */
async function takeDay(): Promise<void> {
  const opened = await openStorage({ driver: 'fs', base: join(task.base, 'data'), sync: false })
  const store = await createStore({ ...opened, now: () => now })
  const start = process.cpuUsage()
  now = end - day
  let next = now + minute
  for await (const group of arrivals()) {
    now = Math.max(now, ...group.map(({ received }) => received))
    for (; now >= next; next += minute) await store.maintain()
    await store.append(group)
    result.hits += group.length
  }
  now += 3 * day
  for (let count = 0; count < 3; count++) {
    now += hour
    await store.maintain()
  }
  const { user, system } = process.cpuUsage(start)
  result.cpu = (user + system) / 1e6
  await store.close()
  await opened.storage.dispose()
}

/** A new process, until it has told how many hits the day has. */
async function openDay(): Promise<void> {
  const start = performance.now()
  const opened = await openStorage({ driver: 'fs', base: join(task.base, 'data'), sync: false })
  const store = await createStore({ ...opened, now: () => now })
  await store.query({ site: 'shop', range: { from: end - 2 * day, to: end + day }, timezone: 'UTC', metrics: ['visitors', 'pageviews'], dimensions: [] })
  result.wall = (performance.now() - start) / 1000
  await store.close()
  await opened.storage.dispose()
}

function* groups(hits: readonly StoredHit[]): Generator<readonly StoredHit[]> {
  for (let at = 0; at < hits.length; at += task.group) yield hits.slice(at, at + task.group)
}
