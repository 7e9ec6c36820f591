import type { HitAnswer } from '@treadlight/protocol'
import { Agent, request } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import type { ProveResult } from './proof.ts'
import { createSoakHit, type SoakHit } from './soakHits.ts'

export interface SteadyLoadOptions {
  url: string
  seed: number
  /** Hits a second, each in a request of its own that is sent when it is due, however long others take. */
  rate: number
  /** Told of answers that no sender should see. */
  fail: (text: string) => void
  result: ProveResult
}

/** What one load has sent and heard, by the numbers of its hits. */
export interface SteadyLoad {
  /** Sends until the signal is aborted, then what is left over until all of it is answered. */
  run(signal: AbortSignal): Promise<void>
  /** What was acknowledged: 0 for what was not, else what it is. */
  readonly acknowledged: Uint8Array
  /** How many were sent. */
  readonly made: number
  /** How long the load itself did not get to run, ms: its machine was busy, or stopped. */
  readonly held: number
  /** ms from when each was due to its answer, since the last time this was asked. */
  takeLatencies(): number[]
}

/** In `acknowledged`. */
export const kindOf = { pageview: 1, event: 2, engagement: 3, old: 4 } as const

const connections = 64
/** One answered hit in so many is sent once more, as by a tracker whose answer got lost. */
const repeats = 100
const drainLimit = 60_000
/** ms */
const heldUp = 250
/** "Kept and retried": see "Wire" in ARCHITECTURE.md. A machine that stands still for ten seconds cuts the bodies that are on their way. */
const saysAgain: ReadonlySet<number> = new Set([408, 429, 503])

/** A site's visitors: hits come at an even rate, what is not answered is sent again with the same id. */
export function createSteadyLoad({ url, seed, rate, fail, result }: SteadyLoadOptions): SteadyLoad {
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  const again: SoakHit[] = []
  let acknowledged = new Uint8Array(2 ** 16)
  let latencies: number[] = []
  let made = 0
  let open = 0
  let held = 0
  let view: string | undefined

  return {
    async run(signal) {
      for (let due = performance.now(); !signal.aborted; due += 1000 / rate) {
        const late = performance.now() - due
        // Nothing here waits for the collector: it is the whole machine that was held up, and visitors do not come in heaps for that.
        if (late > heldUp) {
          held += late
          due += late
        } else if (late < -1) await wait(-late)
        void send(again.shift() ?? create(), due)
      }
      for (const deadline = Date.now() + drainLimit; open + again.length > 0; ) {
        if (Date.now() > deadline) throw new Error(`${open + again.length} hits could not be delivered to a collector that runs`)
        for (const hit of again.splice(0)) void send(hit, performance.now())
        await wait(20)
      }
      agent.destroy()
    },
    get acknowledged() {
      return acknowledged.subarray(0, made)
    },
    get made() {
      return made
    },
    get held() {
      return held
    },
    takeLatencies() {
      const taken = latencies
      latencies = []
      return taken
    },
  }

  function create(): SoakHit {
    const hit = createSoakHit(seed, made++, Date.now(), view)
    if (hit.type === 'pageview' && hit.isRecent) view = hit.id
    return hit
  }

  async function send(hit: SoakHit, due: number): Promise<void> {
    open++
    const answer = await post(`${url}/hit`, agent, hit)
    open--
    latencies.push(performance.now() - due)
    if (answer?.status === 201) acknowledge(hit, answer.body)
    else if (answer === undefined || saysAgain.has(answer.status)) again.push(hit)
    else complain(`${answer.status} for hit ${hit.number}: ${answer.body}`)
  }

  function complain(text: string): void {
    result.serverErrors++
    fail(text)
  }

  function acknowledge(hit: SoakHit, body: string): void {
    const { stored, duplicate } = JSON.parse(body) as HitAnswer
    if (stored + duplicate !== 1) complain(`201 for hit ${hit.number}, but the body says ${body}`)
    if (hit.number >= acknowledged.length) acknowledged = grow(acknowledged)
    if (acknowledged[hit.number] === 0 && hit.number % repeats === 0) again.push(hit)
    acknowledged[hit.number] = hit.isOld ? kindOf.old : kindOf[hit.type]
  }
}

function grow(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(bytes.length * 2)
  larger.set(bytes)
  return larger
}

function post(url: string, agent: Agent, { body, headers }: SoakHit): Promise<{ status: number; body: string } | undefined> {
  return new Promise((resolve) => {
    const outgoing = request(url, { method: 'POST', agent, headers }, (response) => {
      let text = ''
      response.on('data', (chunk) => (text += chunk))
      response.on('error', () => resolve(undefined))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: text }))
    })
    outgoing.on('error', () => resolve(undefined))
    outgoing.end(JSON.stringify(body))
  })
}
