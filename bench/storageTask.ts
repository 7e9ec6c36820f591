// One task of the storage bench, in a process of its own: see storage.ts.
import { createStore, openStorage, type Store, type StoredHit } from '@treadlight/store'
import { createReadStream } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { everydayUser, generateHits } from './generateHits.ts'

export interface StorageTask {
  task: 'generate' | 'replay' | 'leave' | 'compact' | 'export' | 'list' | 'erase'
  base: string
  /** Folder of what was generated. */
  arrivals: string
  hits: number
  days: number
}

export interface StorageTaskResult {
  hits: number
  /** CPU seconds of what is measured, and of the rest. */
  cpu: number
  otherCpu: number
  /** CPU seconds of upkeep with nothing to do, and how often that was. */
  idleCpu: number
  idleRounds: number
  /** Seconds of what is measured. */
  wall: number
  /** Seconds until nobody sees the person. */
  hidden: number
  /** MB. */
  rss: number
  rssBefore: number
}

const hour = 3_600_000
const end = Date.parse('2026-11-22')
const groupSize = 50
const megabyte = 1024 * 1024

const task = JSON.parse(process.argv[2]!) as StorageTask
let now = end
const result: StorageTaskResult = { hits: 0, cpu: 0, otherCpu: 0, idleCpu: 0, idleRounds: 0, wall: 0, hidden: 0, rss: 0, rssBefore: 0 }
await tasks()[task.task]()
result.rss = process.resourceUsage().maxRSS / 1024
process.send!(result)
process.disconnect()

async function open(folder = '.'): Promise<Store> {
  const opened = await openStorage({ driver: 'fs', base: join(task.base, folder), sync: task.task !== 'replay' && task.task !== 'leave' })
  const store = await createStore({ ...opened, now: () => now })
  result.rssBefore ||= process.memoryUsage().rss / megabyte
  return {
    ...store,
    async close() {
      await store.close()
      await opened.storage.dispose()
    },
  }
}

async function measure(act: () => Promise<unknown>): Promise<void> {
  const [start, before] = [performance.now(), process.cpuUsage()]
  await act()
  const { user, system } = process.cpuUsage(before)
  result.cpu += (user + system) / 1e6
  result.wall += (performance.now() - start) / 1000
}

function tasks(): Record<StorageTask['task'], () => Promise<void>> {
  return { generate, replay, leave, compact, export: exportAll, list, erase: eraseUser }
}

/** In a process of its own, so that the hits of a day are not what the others' memory is full of. */
async function generate(): Promise<void> {
  await mkdir(task.arrivals, { recursive: true })
  let index = 0
  for (const day of generateHits({ hits: task.hits, days: task.days })) {
    await writeFile(dayFile(index++), day.map((hit) => `${JSON.stringify(hit)}\n`).join(''))
  }
}

function dayFile(index: number): string {
  return join(task.arrivals, `${index}.ndjson`)
}

/** The hits of a day as they arrived, so many at a time. */
async function* arrivals(index: number): AsyncGenerator<StoredHit[]> {
  let group: StoredHit[] = []
  for await (const line of createInterface({ input: createReadStream(dayFile(index)) })) {
    group.push(JSON.parse(line) as StoredHit)
    if (group.length < groupSize) continue
    yield group
    group = []
  }
  if (group.length > 0) yield group
}

/** Takes hits as they came, and looks after the storage every hour, and until everything is done. */
async function replay(): Promise<void> {
  now = end - task.days * 24 * hour
  const store = await open()
  let next = now + hour
  for (let index = 0; index < task.days; index++) {
    for await (const group of arrivals(index)) {
      now = Math.max(now, ...group.map(({ received }) => received))
      for (; now >= next; next += hour) await lookAfter(store)
      await measureOther(() => store.append(group))
      result.hits += group.length
    }
  }
  for (let count = 0; count < 48; count++) {
    now += hour
    await lookAfter(store)
  }
  await store.close()
}

/** Rounds in which there was nothing to do are counted apart: how many there are is up to whoever runs them. */
async function lookAfter(store: Store): Promise<void> {
  const before = process.cpuUsage()
  const report = await store.maintain()
  const { user, system } = process.cpuUsage(before)
  const isIdle = report.compacted + report.rewritten + report.deleted === 0
  result[isIdle ? 'idleCpu' : 'cpu'] += (user + system) / 1e6
  if (isIdle) result.idleRounds++
}

async function measureOther(act: () => Promise<unknown>): Promise<void> {
  const before = process.cpuUsage()
  await act()
  const { user, system } = process.cpuUsage(before)
  result.otherCpu += (user + system) / 1e6
}

/** Leaves the batches of each day in a folder of its own, as a collector that is gone. */
async function leave(): Promise<void> {
  for (let index = 0; index < task.days; index++) {
    let store: Store | undefined
    for await (const group of arrivals(index)) {
      now = Math.max(store === undefined ? -Infinity : now, ...group.map(({ received }) => received))
      store ??= await open(String(index))
      await store.append(group)
      result.hits += group.length
    }
    await store?.close()
  }
}

/** From nothing in memory: what was left of a day is read, parsed, compacted, and deleted after the grace time. */
async function compact(): Promise<void> {
  result.rssBefore = process.memoryUsage().rss / megabyte
  for (let index = 0; index < task.days; index++) {
    now = end + 48 * hour
    await measure(async () => {
      const store = await open(String(index))
      await store.maintain()
      now += hour
      await store.maintain()
      await store.close()
    })
  }
}

/** To count the lines takes a tenth as long as to write them, so they are exported once more for it. */
async function exportAll(): Promise<void> {
  now = end + 96 * hour
  const store = await open()
  let bytes = 0
  await measure(async () => {
    for await (const piece of store.lines({ site: 'shop' })) bytes += piece.length
  })
  for await (const piece of store.lines({ site: 'shop' })) {
    bytes -= piece.length
    for (let at = piece.indexOf(10); at !== -1; at = piece.indexOf(10, at + 1)) result.hits++
  }
  if (bytes !== 0) throw new Error('two exports differ')
  await store.close()
}

async function list(): Promise<void> {
  now = end + 96 * hour
  const store = await open()
  await measure(async () => {
    for await (const hit of store.hits({ site: 'shop', order: 'oldest' })) if (JSON.stringify(hit) !== '') result.hits++
  })
  await store.close()
}

async function eraseUser(): Promise<void> {
  now = end + 96 * hour
  const store = await open()
  await measure(async () => {
    const start = performance.now()
    const { erased } = await store.erase({ site: 'shop', user: everydayUser })
    result.hits = erased
    result.hidden = (performance.now() - start) / 1000
    await store.maintain()
    now += hour
    await store.maintain()
  })
  await store.close()
}
