import { createId, type HitAnswer } from '@treadlight/protocol'
import { mkdtemp, rm } from 'node:fs/promises'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { freePort, logIn, startCollector, type CollectorProcess } from '../process/collectorProcess.ts'
import { readIds } from './readIds.ts'
import { seededRandom } from './random.ts'
import type { ProveOptions, ProveResult } from './proof.ts'

/** Lives of one folder: afterwards every value in it is read and a fresh one begins. */
const livesPerFolder = 25
const senders = 16

/**
 * kill -9 of the collector under load: what was answered 201 is there after the restart, and counted once.
 *
 * Senders behave like a tracker: they keep what was not answered and send it again, with the same ids, to the
 * next life of the collector.
 */
export async function crashCollector({ runs, seed, progress, signal }: ProveOptions): Promise<ProveResult> {
  const random = seededRandom(seed)
  const result: ProveResult = { runs: 0, lost: 0, twice: 0, serverErrors: 0, pageErrors: 0, seed, hits: 0 }
  while (result.runs < runs && !signal?.aborted) {
    await livesOfOneFolder(Math.min(livesPerFolder, runs - result.runs), random, result, progress, signal)
  }
  return result
}

async function livesOfOneFolder(
  lives: number,
  random: () => number,
  result: ProveResult,
  progress: ProveOptions['progress'],
  signal: ProveOptions['signal'],
): Promise<void> {
  const data = await mkdtemp(join(tmpdir(), 'treadlight-crash-'))
  const port = await freePort()
  const acknowledged = new Set<string>()
  const unknown = new Map<string, object>()
  let query: Awaited<ReturnType<typeof logIn>> | undefined
  try {
    for (let life = 0; life < lives && !signal?.aborted; life++) {
      const collector = await startCollector({ data, port, detached: true })
      query ??= await logIn(collector.url, collector.password!)
      await expectCount(query, acknowledged.size, unknown.size, result)
      const load = sendUntilGone(collector, acknowledged, unknown, random, result)
      await wait(5 + random() * 495)
      await collector.stop('SIGKILL')
      await load
      progress(++result.runs, result)
    }
    const last = await startCollector({ data, port, detached: true })
    await deliverAll(last, acknowledged, unknown, result)
    await expectCount(query!, acknowledged.size, 0, result)
    if ((await last.stop('SIGTERM')) !== 0) result.serverErrors++
    await compare(data, acknowledged, result)
    result.hits += acknowledged.size
  } finally {
    await rm(data, { recursive: true, force: true })
  }
}

/** Sends from many sides, new hits and those left over, until the collector is gone. */
async function sendUntilGone(
  collector: CollectorProcess,
  acknowledged: Set<string>,
  unknown: Map<string, object>,
  random: () => number,
  result: ProveResult,
): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: senders })
  const leftOver = [...unknown.values()]
  let gone = false
  collector.child.once('exit', () => (gone = true))
  await Promise.all(
    Array.from({ length: senders }, async () => {
      while (!gone) {
        const count = random() < 0.5 ? 1 : 1 + Math.floor(random() * 20)
        const hits = Array.from({ length: count }, () => leftOver.shift() ?? createPageview(random))
        await send(collector.url, agent, hits, acknowledged, unknown, result)
      }
    }),
  )
  agent.destroy()
}

async function deliverAll(
  collector: CollectorProcess,
  acknowledged: Set<string>,
  unknown: Map<string, object>,
  result: ProveResult,
): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const deadline = Date.now() + 30_000
  while (unknown.size > 0) {
    if (Date.now() > deadline) throw new Error(`${unknown.size} hits could not be delivered to a collector that runs`)
    await send(collector.url, agent, [...unknown.values()].slice(0, 100), acknowledged, unknown, result)
  }
  agent.destroy()
}

function send(
  url: string,
  agent: Agent,
  hits: object[],
  acknowledged: Set<string>,
  unknown: Map<string, object>,
  result: ProveResult,
): Promise<void> {
  for (const hit of hits) unknown.set(idOf(hit), hit)
  return new Promise((resolve) => {
    const outgoing = request(`${url}/hit`, { method: 'POST', agent }, (response) => {
      let body = ''
      response.on('data', (chunk) => (body += chunk))
      response.on('error', () => resolve())
      response.on('close', () => resolve())
      response.on('end', () => {
        if (response.statusCode === 201 && response.headers['x-hit']) {
          const { stored, duplicate } = JSON.parse(body) as HitAnswer
          if (stored + duplicate !== hits.length) throw new Error(`201 for ${hits.length} hits, but the body says ${body}`)
          for (const hit of hits) {
            acknowledged.add(idOf(hit))
            unknown.delete(idOf(hit))
          }
        } else if (response.statusCode !== 503) result.serverErrors++
      })
    })
    outgoing.on('error', () => resolve())
    outgoing.end(JSON.stringify({ sentAt: Date.now(), hits }))
  })
}

/** As the dashboard counts: at least all that was acknowledged, at most what was ever sent. */
async function expectCount(
  query: Awaited<ReturnType<typeof logIn>>,
  acknowledged: number,
  unknown: number,
  result: ProveResult,
): Promise<void> {
  const { results } = await query({ metrics: ['pageviews'], date_range: 'all' })
  const counted = results[0]!.metrics[0]!
  if (counted < acknowledged) result.lost += acknowledged - counted
  if (counted > acknowledged + unknown) result.twice += counted - acknowledged - unknown
}

/** As the files have it, read by another process: every id that was acknowledged, and none that was never sent. */
async function compare(data: string, acknowledged: ReadonlySet<string>, result: ProveResult): Promise<void> {
  const stored = new Set(await readIds(data))
  for (const id of acknowledged) if (!stored.has(id)) result.lost++
  for (const id of stored) if (!acknowledged.has(id)) result.twice++
}

function createPageview(random: () => number): object {
  const id = createId()
  return {
    id,
    type: 'pageview',
    url: `https://shop.example/${Math.floor(random() * 50)}?utm_source=crash`,
    title: 'Crash '.repeat(1 + Math.floor(random() * 20)),
    referrer: 'https://r.example/',
    timestamp: new Date().toISOString(),
  }
}

function idOf(hit: object): string {
  return (hit as { id: string }).id
}
