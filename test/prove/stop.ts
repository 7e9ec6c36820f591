import { createId, type HitAnswer } from '@treadlight/protocol'
import { mkdtemp, rm } from 'node:fs/promises'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { startCollector, type CollectorProcess } from '../process/collectorProcess.ts'
import { emptyResult, type ProveOptions, type ProveResult } from './proof.ts'
import { seededRandom } from './random.ts'
import { readIds } from './readIds.ts'
import { createStallClock } from './stallClock.ts'

/** Lives of one folder: afterwards every value in it is read and a fresh one begins. */
const livesPerFolder = 10
const senders = 16
/** Requests of which the collector has the headers, and gets the body after the signal. */
const slowRequests = 10
/** What most supervisors wait before they kill, ms. */
const patience = 10_000

/** The ids of hits by what became of their request. */
interface Sent {
  acknowledged: Set<string>
  /** The connection was made, and no answer came. */
  unanswered: Set<string>
}

interface StopResult extends ProveResult {
  figures: Record<'requests in flight at the signal' | 'hits whose requests were reset unread' | 'longest stop, ms', number>
}

/**
 * SIGTERM under load, at any moment: what was answered 201 is stored, once; no request that the collector has read goes
 * without its answer, those included whose bodies are still on their way; it ends with 0, in time.
 */
export async function stop({ runs, seed, progress, say = () => {}, signal }: ProveOptions): Promise<StopResult> {
  const random = seededRandom(seed)
  const result = emptyResult(seed)
  const figures = { 'requests in flight at the signal': 0, 'hits whose requests were reset unread': 0, 'longest stop, ms': 0 }
  const complain = (text: string): void => {
    result.serverErrors++
    say(text)
  }
  while (result.runs < runs && !signal?.aborted) {
    const data = await mkdtemp(join(tmpdir(), 'treadlight-stop-'))
    const sent: Sent = { acknowledged: new Set(), unanswered: new Set() }
    try {
      for (let life = 0; life < livesPerFolder && result.runs < runs && !signal?.aborted; life++) {
        await oneLife(data, sent)
        progress(++result.runs, result)
      }
      await compare(data, sent)
    } finally {
      await rm(data, { recursive: true, force: true })
    }
  }
  return { ...result, figures }

  async function oneLife(data: string, sent: Sent): Promise<void> {
    const env = { TREADLIGHT_LIMITS_PER_ADDRESS: '0', TREADLIGHT_WORKERS: random() < 0.5 ? '1' : '2', ...(random() < 0.5 && { CI: '1', TEST: '1' }) }
    const collector = await startCollector({ data, env, detached: true })
    const load = sendUntilGone(collector, sent)
    const slow = Array.from({ length: slowRequests }, () => startSlowRequest(collector.url, sent, random() * 3000))
    await wait(100 + random() * 900)
    const inFlight = slow.filter(({ isRead }) => isRead())
    const clock = createStallClock()
    const begun = performance.now()
    const code = await Promise.race([collector.stop('SIGTERM'), wait(patience * 10, undefined)])
    clock.end()
    const took = performance.now() - begun - clock.stalled
    collector.child.kill('SIGKILL')
    await load
    await Promise.all(slow.map(({ done }) => done))
    if (code !== 0) complain(`it ended with ${code}:\n${collector.output()}`)
    if (took > patience) complain(`it took ${Math.round(took)} ms to end`)
    // A machine that stood still for ten seconds cuts a body that is on its way, and says so.
    for (const { status } of inFlight) if (status() !== 201 && !(status() === 408 && clock.stalled > 0)) complain(`a request that was in flight at the signal was answered ${status() ?? 'nothing'}`)
    figures['requests in flight at the signal'] += inFlight.length
    figures['longest stop, ms'] = Math.max(figures['longest stop, ms'], took)
  }

  /** Sends from many sides, each as soon as it has its answer, until the collector is gone. */
  async function sendUntilGone(collector: CollectorProcess, sent: Sent): Promise<void> {
    const agent = new Agent({ keepAlive: true, maxSockets: senders })
    let gone = false
    collector.child.once('exit', () => (gone = true))
    const lane = async (): Promise<void> => {
      while (!gone) {
        const hits = Array.from({ length: random() < 0.5 ? 1 : 1 + Math.floor(random() * 20) }, createPageview)
        const { outgoing, answer } = post(collector.url, agent)
        outgoing.end(JSON.stringify({ sentAt: Date.now(), hits }))
        const status = note(await answer, hits, sent)
        // Nobody listens any more; it is not to be asked a thousand times a second whether it is gone.
        if (status === undefined) await wait(20)
      }
    }
    await Promise.all(Array.from({ length: senders }, lane))
    agent.destroy()
  }

  function startSlowRequest(url: string, sent: Sent, delay: number): { isRead: () => boolean; status: () => number | undefined; done: Promise<void> } {
    const hits = [createPageview()]
    const body = JSON.stringify(hits[0])
    const { outgoing, answer } = post(url, undefined, { expect: '100-continue', 'content-length': String(body.length) })
    let [isRead, status] = [false, undefined as number | undefined]
    outgoing.on('continue', () => {
      isRead = true
      outgoing.write(body.slice(0, 20))
      setTimeout(() => outgoing.end(body.slice(20)), delay)
    })
    outgoing.flushHeaders()
    const done = answer.then((its) => void (status = note(its, hits, sent)))
    return { isRead: () => isRead, status: () => status, done }
  }

  /** What an answer says of its hits. @returns its status */
  function note(answer: Answer | 'refused' | 'reset', hits: readonly { id: string }[], { acknowledged, unanswered }: Sent): number | undefined {
    if (answer === 'refused') return undefined
    if (answer === 'reset') for (const { id } of hits) unanswered.add(id)
    else if (answer.status === 201) {
      const { stored, duplicate } = JSON.parse(answer.body) as HitAnswer
      if (stored + duplicate !== hits.length) complain(`201 for ${hits.length} hits, but the body says ${answer.body}`)
      for (const { id } of hits) acknowledged.add(id)
    } else if (answer.status !== 408 && (answer.status !== 503 || answer.retryAfter === undefined)) complain(`${answer.status}: ${answer.body}`)
    return answer === 'reset' ? undefined : answer.status
  }

  /** What is stored was read: then it should have had its answer. */
  async function compare(data: string, { acknowledged, unanswered }: Sent): Promise<void> {
    const ids = await readIds(data)
    const stored = new Set(ids)
    for (const id of acknowledged) if (!stored.has(id)) result.lost++
    result.twice += ids.length - stored.size
    const cut = [...unanswered].filter((id) => stored.has(id))
    for (const id of cut) complain(`${id} is stored, and its request was cut without an answer`)
    figures['hits whose requests were reset unread'] += unanswered.size - cut.length
    result.hits += acknowledged.size
  }
}

interface Answer {
  status: number
  body: string
  retryAfter: string | undefined
}

/** A request that is to be ended, and its answer. `refused`: nobody listens; `reset`: the connection was made and ended without an answer. */
function post(url: string, agent: Agent | undefined, headers: Record<string, string> = {}): { outgoing: ReturnType<typeof request>; answer: Promise<Answer | 'refused' | 'reset'> } {
  const outgoing = request(`${url}/hit`, { method: 'POST', agent: agent ?? false, headers })
  const answer = new Promise<Answer | 'refused' | 'reset'>((resolve) => {
    outgoing.on('response', (response) => {
      let body = ''
      response.on('data', (chunk) => (body += chunk))
      response.on('error', () => resolve('reset'))
      response.on('close', () => resolve('reset'))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body, retryAfter: response.headers['retry-after'] }))
    })
    outgoing.on('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'ECONNREFUSED' ? 'refused' : 'reset'))
  })
  return { outgoing, answer }
}

function createPageview(): { id: string; type: string; url: string; title: string; referrer: string; timestamp: string } {
  return { id: createId(), type: 'pageview', url: 'https://shop.example/', title: 'Stop', referrer: '', timestamp: new Date().toISOString() }
}
