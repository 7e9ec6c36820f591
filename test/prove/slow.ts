import { createStore, openStorage, type StorageConfig } from '@treadlight/store'
import { setTimeout as wait } from 'node:timers/promises'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startFakeS3, type FakeS3 } from '../drivers/fakeS3.ts'
import { startCollector, type CollectorProcess } from '../process/collectorProcess.ts'
import { emptyResult, type ProveOptions, type ProveResult } from './proof.ts'
import { seededRandom } from './random.ts'
import { residentMemory } from './residentMemory.ts'
import { numberOf } from './soakHits.ts'
import { createImpatientLoad, type ImpatientLoad } from './impatientLoad.ts'

/** Seconds of each part of an outage. */
const lengths = { well: 8, slow: 15, stuck: [25, 45], delivery: 600 } as const
/** How long a call takes while the storage is slow, ms. */
const slowness = 5000
/**
 * MB of heap that the process has, as in a small container: one that grew with the outage would end there. Hits wait in 16 MiB of
 * text at most (`maxWaitingBytes`); beside them are the same as objects, and their requests.
 */
const heap = 256

/**
 * A collector on a bucket whose calls take seconds, and then never return, while hits come at full speed from senders that
 * give up after ten seconds: it lives on in a small heap, what is not stored is answered 503 with Retry-After, and once the bucket
 * is back everything that was acknowledged is there, once. A run is such an outage.
 */
export async function slow({ runs, seed, progress, say = () => {}, signal }: ProveOptions): Promise<ProveResult> {
  const random = seededRandom(seed)
  const result = emptyResult(seed)
  const figures = { 'memory when all is well, MB': 0, 'growth in an outage at most, MB': 0, 'requests that were told to come again': 0, 'requests that were given up': 0 }
  const complain = (text: string): void => {
    result.serverErrors++
    say(text)
  }
  while (result.runs < runs && !signal?.aborted) {
    const bucket = await startFakeS3()
    // What never returns fails after the driver's limit, or is let go of before.
    const timeout = random() < 0.5 ? 10_000 : 30_000
    const data = await mkdtemp(join(tmpdir(), 'treadlight-slow-'))
    const collector = await startCollector({ data, env: { ...environmentOf(bucket, timeout), TREADLIGHT_LIMITS_PER_ADDRESS: '0', NODE_OPTIONS: `--max-old-space-size=${heap}` }, detached: true })
    try {
      const load = createImpatientLoad({ url: collector.url, seed: Math.floor(random() * 2 ** 32), complain })
      await outage(collector, bucket, load)
      if ((await collector.stop('SIGTERM')) !== 0) complain('it did not end with 0')
      await compare(bucket, load)
      figures['requests that were told to come again'] += load.refused
      figures['requests that were given up'] += load.givenUp
    } finally {
      collector.child.kill('SIGKILL')
      await Promise.all([bucket.close(), rm(data, { recursive: true, force: true })])
    }
    progress(++result.runs, result)
  }
  return { ...result, figures }

  async function outage({ child }: CollectorProcess, bucket: FakeS3, load: ImpatientLoad): Promise<void> {
    const over = new AbortController()
    const sending = load.run(over.signal)
    await wait(lengths.well * 1000)
    const before = await residentMemory(child.pid!)
    bucket.hold = () => wait(slowness)
    const most = Math.max(await watchMemory(child.pid!, lengths.slow), await stick(child.pid!, bucket))
    over.abort()
    await sending
    if (load.refused === 0) complain('nobody was told to come again: the buffer was never full')
    const left = await load.deliver(lengths.delivery * 1000)
    if (left > 0) complain(`${left} hits could not be delivered once the bucket was back`)
    figures['memory when all is well, MB'] = Math.max(figures['memory when all is well, MB'], before)
    figures['growth in an outage at most, MB'] = Math.max(figures['growth in an outage at most, MB'], most - before)
  }

  /** No call returns for a while; then all do, also those that nobody waits for any more. */
  async function stick(pid: number, bucket: FakeS3): Promise<number> {
    let release = (): void => undefined
    const released = new Promise<void>((resolve) => (release = resolve))
    bucket.hold = () => released
    const [shortest, longest] = lengths.stuck
    const most = await watchMemory(pid, shortest + random() * (longest - shortest))
    bucket.hold = undefined
    release()
    return most
  }

  async function compare(bucket: FakeS3, load: ImpatientLoad): Promise<void> {
    const opened = await openStorage(configOf(bucket))
    const store = await createStore(opened)
    const found = new Uint8Array(load.acknowledged.length)
    for await (const { id } of store.hits({ site: 'default' })) found[numberOf(id)]!++
    const { rows } = await store.query({ site: 'default', range: { from: 0, to: 8e15 }, timezone: 'UTC', metrics: ['pageviews'] })
    await store.close()
    await opened.storage.dispose()
    const hits = load.acknowledged.filter((is) => is === 1).length
    const lost: number[] = []
    for (const [number, is] of load.acknowledged.entries()) {
      if (is === 1 && found[number] === 0) lost.push(number)
      if (found[number]! > 1) result.twice++
    }
    result.twice += Math.max(0, (rows[0]?.metrics[0] ?? 0) - found.filter((times) => times > 0).length)
    result.hits += hits
    result.lost += lost.length
    if (lost.length > 0) await keep(bucket, `lost: ${lost.map((number) => load.describe(number)).join(', ')}`)
  }
}

/** What lies in the bucket, as files, for whoever looks for the reason. */
async function keep({ objects, requests }: FakeS3, text: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'treadlight-slow-kept-'))
  for (const [name, { bytes }] of objects) await writeFile(join(folder, name.replaceAll('/', '~')), bytes)
  await writeFile(join(folder, 'requests'), requests.join('\n'))
  console.error(`${text}\nkept ${folder}`)
}

/** The most that it has, MB, over so many seconds. */
async function watchMemory(pid: number, seconds: number): Promise<number> {
  let most = 0
  for (const end = performance.now() + seconds * 1000; performance.now() < end; await wait(250)) most = Math.max(most, await residentMemory(pid))
  return most
}

function configOf({ endpoint, account }: FakeS3): StorageConfig {
  return { driver: 's3', endpoint, ...account }
}

function environmentOf({ endpoint, account }: FakeS3, timeout: number): Record<string, string> {
  return {
    TREADLIGHT_STORAGE_BASE: '',
    TREADLIGHT_STORAGE_DRIVER: 's3',
    TREADLIGHT_STORAGE_ENDPOINT: endpoint,
    TREADLIGHT_STORAGE_BUCKET: account.bucket,
    TREADLIGHT_STORAGE_REGION: account.region,
    TREADLIGHT_STORAGE_ACCESS_KEY_ID: account.accessKeyId,
    TREADLIGHT_STORAGE_SECRET_ACCESS_KEY: account.secretAccessKey,
    TREADLIGHT_STORAGE_TIMEOUT: String(timeout),
  }
}
