// One task of the clickhouse bench, in a process of its own, since chdb has one data directory each: see clickhouse.ts.
import type * as Clickhouse from '@clickhouse/client'
import type { Query, QueryResult, StoredHit } from '@treadlight/store'
import { createClickhouseStore, type ClickhouseStore } from '@treadlight/store/clickhouse'
import { createRequire as requireFrom } from 'node:module'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { generateHits } from './generateHits.ts'
import { handWritten, plainTable, type HandWritten } from './handWritten.ts'
import { median } from './median.ts'
import { lastDay, now as evening, questions, zone, type QuestionName } from './questions.ts'

export interface ClickhouseTask {
  task: 'measure'
  /** Of chdb and the client. */
  modules: string
  data: string
  hits: number
  days: number
  rounds: number
}

export interface ClickhouseTaskResult {
  hits: number
  rows: number
  /** Per second of wall clock, through `append`. */
  appended: number
  /** Facts per second of `maintain`. */
  derived: number
  /** On disk, compressed, per hit. */
  factBytes: number
  rowBytes: number
  /** Per question ms, ours and by hand, median of the rounds. */
  times: { name: string; question: QuestionName; ours: number; hand: number }[]
  /** MB */
  rss: number
}

const database = 'bench'
const todaysHits = 20_000
const groupSize = 50_000
/** So many come through `append`; the days before are copies of their days. */
const appendedHits = 300_000
const task = JSON.parse(process.argv[2]!) as ClickhouseTask
const client = openClient()
const result: ClickhouseTaskResult = { hits: 0, rows: 0, appended: 0, derived: 0, factBytes: 0, rowBytes: 0, times: [], rss: 0 }

const store = await createClickhouseStore({ client, database, pause: 0, maxWaitingHits: 200_000, now: () => evening })
const kept = `${task.data}.json`
if (existsSync(kept)) Object.assign(result, JSON.parse(readFileSync(kept, 'utf8')))
else await fill(store)
await derive(store)
await compare(store)
await store.close()
result.rss = process.resourceUsage().maxRSS / 1024
process.send!(result)
process.disconnect()

function openClient(): Clickhouse.ClickHouseClient {
  const load = requireFrom(join(task.modules, 'any.js'))
  const { createClient } = load('@clickhouse/client') as typeof Clickhouse
  const { createChdbConnection } = load('chdb/connection') as { createChdbConnection(options: { path: string }): unknown }
  return createClient({ connection: createChdbConnection({ path: task.data }) } as Parameters<typeof createClient>[0])
}

/** A history of closed days, and today; and the table by hand, which is filled from what is derived of them. */
async function fill(store: ClickhouseStore): Promise<void> {
  const length = Math.ceil((task.days * Math.min(task.hits, appendedHits)) / task.hits)
  await appendDays(store, length)
  for (let back = length; back < task.days; back += length) await copyDays(back, Math.min(length, task.days - back))
  const [made = []] = generateHits({ hits: todaysHits * 1.5, days: 1, timezone: zone, end: '2026-11-21', seed: 2, sessionIds: 0.5 })
  const today = made.filter(({ received }) => received <= evening)
  await store.append(today)
  result.hits += today.length
  say('deriving …')
  const deriving = performance.now()
  await store.maintain({ force: true })
  result.derived = result.hits / seconds(deriving)
  for (const sql of plainTable(database)) await client.command({ query: sql })
  // A retry makes today a day of which there is no build.
  await store.append(Array.from(today.slice(0, 1), (hit) => ({ ...hit, received: hit.received - 1 })))
  for (const table of ['facts', 'plain']) await client.command({ query: `OPTIMIZE TABLE ${database}.${table} FINAL` })
  writeFileSync(kept, JSON.stringify(result))
}

/** The last days of the history, through the door. */
async function appendDays(store: ClickhouseStore, length: number): Promise<void> {
  const begun = performance.now()
  const hits = Math.round((task.hits / task.days) * length)
  let waiting: StoredHit[] = []
  for (const made of generateHits({ hits, days: length, timezone: zone, end: lastDay, sessionIds: 0.5 })) {
    waiting.push(...made)
    if (waiting.length < groupSize) continue
    await store.append(waiting)
    result.hits += waiting.length
    waiting = []
    say(`stored ${result.hits.toLocaleString('en')} hits in ${seconds(begun).toFixed(0)} s …`)
  }
  await store.append(waiting)
  result.hits = hits
  result.appended = hits / seconds(begun)
}

/** The last days once more, so many days earlier by the clock of their zone: to append ten million hits takes twenty minutes. */
async function copyDays(back: number, length: number): Promise<void> {
  const earlier = (moment: string) => `toUnixTimestamp64Milli(subtractDays(fromUnixTimestamp64Milli(${moment}, '${zone}'), ${back})) AS ${moment}`
  const columns = `* REPLACE (day - ${back} AS day, ${earlier('time')}, ${earlier('received')})`
  await client.command({ query: `INSERT INTO ${database}.facts SELECT ${columns} FROM (SELECT * FROM ${database}.facts WHERE day > toDate('${lastDay}') - ${length} AND day <= toDate('${lastDay}'))` })
  result.hits += Math.round((task.hits / task.days) * length)
  say(`copied to ${result.hits.toLocaleString('en')} hits …`)
}

function say(line: string): void {
  console.error(line)
}

/** What was kept may be of rows of before. */
async function derive(store: ClickhouseStore): Promise<void> {
  await store.maintain()
  await client.command({ query: `OPTIMIZE TABLE ${database}.visit_rows FINAL SETTINGS optimize_skip_merged_partitions = 1` })
  result.rows = Number((await ask<{ rows: number }>(`SELECT count() AS rows FROM ${database}.visit_rows`))[0]!.rows)
  result.factBytes = (await bytesOf('facts')) / result.hits
  result.rowBytes = (await bytesOf('visit_rows')) / result.hits
}

async function bytesOf(table: string): Promise<number> {
  const [row] = await ask<{ bytes: number }>(`SELECT sum(bytes_on_disk) AS bytes FROM system.parts WHERE active AND database = '${database}' AND table = '${table}'`)
  return Number(row!.bytes)
}

/** In turn, with other ranges each time; a warm-up before. */
async function compare(store: ClickhouseStore): Promise<void> {
  for (const question of ['view', 'unfiltered', 'filtered'] as const) {
    const times = new Map<string, { ours: number[]; hand: number[] }>()
    for (let round = 0; round <= task.rounds; round++) {
      const asked = questions[question].queries(task.days, round)
      const byHand = handWritten[question](database, asked)
      for (const [index, query] of asked.entries()) await compareOne(times, store, `${question} ${index + 1}: ${nameOf(query)}`, [query], [byHand[index]!], round)
      await compareOne(times, store, `${question}: all`, asked, byHand, round + task.rounds + 1)
    }
    for (const [name, { ours, hand }] of times) result.times.push({ name, question, ours: median(ours), hand: median(hand) })
  }
}

async function compareOne(times: Map<string, { ours: number[]; hand: number[] }>, store: ClickhouseStore, name: string, queries: readonly Query[], byHand: readonly HandWritten[], round: number): Promise<void> {
  const its = times.get(name) ?? { ours: [], hand: [] }
  times.set(name, its)
  const ours = await time(() => Promise.all(queries.map((query) => store.query(query))))
  const hand = await time(() => Promise.all(byHand.map(({ sql }) => ask<Record<string, unknown>>(sql))))
  for (const [index, { visitors }] of byHand.entries()) check(`${name}, ${index}`, visitors(hand.value[index]!), ours.value[index]!)
  if (round % (task.rounds + 1) === 0) return
  its.ours.push(ours.ms)
  its.hand.push(hand.ms)
}

async function time<T>(work: () => Promise<T>): Promise<{ value: T; ms: number }> {
  const begun = performance.now()
  const value = await work()
  return { value, ms: performance.now() - begun }
}

/** @throws Error where they differ in the visitors of the first row */
function check(name: string, visitors: number, { rows }: QueryResult): void {
  const ours = rows[0]?.metrics[0] ?? 0
  if (visitors !== ours) throw new Error(`${name}: ${visitors} by hand, and the store says ${ours}`)
}

async function ask<Row>(query: string): Promise<Row[]> {
  const answer = await client.query({ query, format: 'JSONEachRow', clickhouse_settings: { output_format_json_quote_64bit_integers: 0 } })
  return answer.json<Row>()
}

function nameOf({ metrics, dimensions = [] }: Query): string {
  return dimensions.length === 0 ? `${metrics.length} figures` : dimensions.join(' ')
}

function seconds(begun: number): number {
  return (performance.now() - begun) / 1000
}
