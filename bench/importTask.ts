// One task of the import bench, in a process of its own: see import.ts.
import { createStore, openStorage, type StoredHit } from '@treadlight/store'
import { closeSync, openSync, writeSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { main } from '../packages/collector/src/cli.ts'
import { createExport } from '../packages/collector/src/export/createExport.ts'
import { exportFormats } from '../packages/collector/src/export/formats.ts'
import { generateHits } from './generateHits.ts'
import type { BenchedFormat } from './import.ts'

export interface ImportTask {
  task: 'make' | 'import'
  folder: string
  hits: number
  days: number
  format?: BenchedFormat
}

export interface ImportTaskResult {
  hits: number
  /** CPU s of all threads, and s. */
  cpu: number
  wall: number
  /** MB, the most there was. */
  rss: number
}

const site = 'default'
const agents = [
  'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1',
]

const task = JSON.parse(process.argv[2]!) as ImportTask
process.send!(await (task.task === 'make' ? make(task) : importFile(task)))
process.disconnect()

/** Yesterday is the last day: nothing is too old for the default retention. */
function generate({ hits, days }: ImportTask): Generator<StoredHit[]> {
  return generateHits({ hits, days, site, end: new Date(Date.now() - 86_400_000).toISOString().slice(0, 10), sessionIds: 0.1 })
}

async function make(made: ImportTask): Promise<ImportTaskResult> {
  const opened = await openStorage({ driver: 'fs', base: join(made.folder, 'made'), sync: false })
  const store = await createStore({ ...opened })
  const log = openSync(join(made.folder, 'hits.combined'), 'w')
  for (const day of generate(made)) {
    await store.load(day)
    writeSync(log, day.toSorted((a, b) => a.time - b.time).map(logLine).join(''))
  }
  closeSync(log)
  for (const format of exportFormats) {
    const file = openSync(join(made.folder, `hits.${format}`), 'w')
    for await (const { bytes } of createExport(store, { site, format })) writeSync(file, bytes)
    closeSync(file)
  }
  await store.close()
  await opened.storage.dispose()
  return { hits: 0, cpu: 0, wall: 0, rss: 0 }
}

/** Every hit as if it were a page that was asked for. */
function logLine({ time, visitor, url, referrer }: StoredHit): string {
  const number = Number.parseInt(visitor.slice(0, 8), 16)
  const address = [24, 16, 8, 0].map((bits) => (number >>> bits) & 255).join('.')
  const [, weekday, day, month, year, clock] = /^((\w+), )?(\d+) (\w+) (\d+) ([\d:]+)/.exec(new Date(time).toUTCString())?.filter((_, index) => index !== 1) ?? []
  const { pathname, search } = new URL(url)
  return weekday === undefined ? '' : `shop.example:443 ${address} - - [${day}/${month}/${year}:${clock} +0000] "GET ${pathname}${search} HTTP/2.0" 200 5123 "${referrer || '-'}" "${agents[number % agents.length]}"\n`
}

async function importFile({ folder, format }: ImportTask): Promise<ImportTaskResult> {
  const data = join(folder, 'data')
  await rm(data, { recursive: true, force: true })
  let printed = ''
  console.log = (text: string) => void (printed += text)
  const [cpu, started] = [process.cpuUsage(), performance.now()]
  const code = await main(['import', join(folder, `hits.${format}`), '--data', data, '--json'])
  const { user, system } = process.cpuUsage(cpu)
  const wall = (performance.now() - started) / 1000
  if (code !== 0) throw new Error(`the import ended with ${code}: ${printed}`)
  const { stored } = JSON.parse(printed) as { stored: number }
  return { hits: stored, cpu: (user + system) / 1e6, wall, rss: process.resourceUsage().maxRSS / 1024 }
}
