import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { startCollector } from '../test/process/collectorProcess.ts'
import { startFakeS3 } from '../test/drivers/fakeS3.ts'
import { bundleTask, runTask } from './bundleTask.ts'
import { noRequests, type ObjectRequests } from './countingDriver.ts'
import type { BenchOptions, Figure } from './run.ts'
import type { ScaleTask, ScaleTaskResult } from './scaleTask.ts'

/** Hits a day, where requests are counted: enough that each is a group of its own, and few enough that upkeep shows. */
const few = 20_000
const many = 400_000

/**
 * What docs/scale.md needs and no other bench has: requests that an object store would bill, by hour and by write; and the
 * memory and the start of a process by the hits of its largest day.
 */
export async function scale({ log }: BenchOptions): Promise<Figure[]> {
  const base = await mkdtemp(join(tmpdir(), 'treadlight-bench-'))
  try {
    const program = await bundleTask('scaleTask.ts', join(base, 'task.mjs'))
    const run = (task: Partial<ScaleTask> & Pick<ScaleTask, 'task' | 'hits'>) => runTask<ScaleTask, ScaleTaskResult>(program, { base, days: 1, group: 50, ...task })
    log('counting requests to a bucket: five days, each hit written alone, then forty at a time …')
    const alone = await run({ task: 'requests', hits: 5 * few, days: 5, group: 1 })
    const grouped = await run({ task: 'requests', hits: 5 * many, days: 5, group: 40 })
    const watched = await run({ task: 'watch', hits: 1000 })
    log('counting requests of a collector to which nobody comes, for three minutes …')
    const quiet = await quietHour(base)
    const figures = [
      ...perHour('bucket, an hour in which nothing arrives', quiet, 1),
      ...perHour('bucket, an hour in which somebody looks at the present', watched.requests, watched.hours),
      // What comes with hits, beside the upkeep that is always there.
      ...perWrite('bucket, a write of one hit', alone, 1),
      ...perWrite('bucket, a write of forty hits', grouped, 40),
    ]
    for (const hits of [250_000, 1_000_000]) {
      log(`a day of ${hits.toLocaleString('en')} hits: taking it, opening it …`)
      const folder = join(base, String(hits))
      await mkdir(folder)
      await run({ task: 'make', hits, base: folder })
      const taken = await run({ task: 'day', hits, base: folder })
      const opened = await run({ task: 'open', hits, base: folder })
      const name = `a day of ${hits / 1_000_000} M hits`
      figures.push(
        { name: `${name}: peak RSS of taking and compacting it`, value: taken.rss, unit: 'MB', better: 'lower' },
        { name: `${name}: new process until the first answer`, value: opened.wall * 1000, unit: 'ms', better: 'lower' },
        { name: `${name}: peak RSS of that`, value: opened.rss, unit: 'MB', better: 'lower' },
      )
    }
    return figures
  } finally {
    await rm(base, { recursive: true, force: true })
  }
}

/** Of a whole collector that has one hit, with what it asks about users, tokens and sites. Its first minute is its start. */
async function quietHour(folder: string): Promise<ObjectRequests> {
  const bucket = await startFakeS3()
  const { bucket: name, region, accessKeyId, secretAccessKey } = bucket.account
  const settings = { DRIVER: 's3', ENDPOINT: bucket.endpoint, BUCKET: name, REGION: region, ACCESS_KEY_ID: accessKeyId, SECRET_ACCESS_KEY: secretAccessKey, PATH_STYLE: 'true' }
  const collector = await startCollector({ data: folder, env: Object.fromEntries(Object.entries(settings).map(([option, value]) => [`TREADLIGHT_STORAGE_${option}`, value])) })
  try {
    await fetch(`${collector.url}/hit`, { method: 'POST', body: '{"url":"https://shop.example/"}', headers: { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0' } })
    await wait(70_000)
    bucket.requests.length = 0
    await wait(120_000)
    return countAll(bucket.requests, 30)
  } finally {
    await collector.stop()
    await bucket.close()
  }
}

/** @param times of the hour */
function countAll(requests: readonly string[], times: number): ObjectRequests {
  const of = (method: string, isList = false) => requests.filter((each) => each.startsWith(`${method} `) && (each === 'GET ') === isList).length * times
  return { ...noRequests(), put: of('PUT'), list: of('GET', true), get: of('GET'), head: of('HEAD'), delete: of('DELETE') }
}

function perHour(name: string, requests: ObjectRequests, hours: number): Figure[] {
  return [
    { name: `${name}: writes and listings`, value: (requests.put + requests.list) / hours, unit: 'class A', better: 'lower' },
    { name: `${name}: reads`, value: (requests.get + requests.head) / hours, unit: 'class B', better: 'lower' },
    { name: `${name}: read`, value: requests.read / hours / 1e6, unit: 'MB', better: 'lower' },
  ]
}

/** Beyond what an hour costs anyhow. */
function perWrite(name: string, { requests, idle, hits, hours }: ScaleTaskResult, group: number): Figure[] {
  const writes = hits / group
  const [a, b] = [requests.put + requests.list - hours * (idle.put + idle.list), requests.get + requests.head - hours * (idle.get + idle.head)]
  return [
    { name: `${name}: writes and listings`, value: a / writes, unit: 'class A', better: 'lower' },
    { name: `${name}: reads`, value: b / writes, unit: 'class B', better: 'lower' },
    { name: `${name}: read, a hit`, value: Math.max(0, requests.read - hours * idle.read) / hits, unit: 'B', better: 'lower' },
    { name: `${name}: written, a hit`, value: requests.written / hits, unit: 'B', better: 'lower' },
  ]
}
