import type { HitAnswer } from '@treadlight/protocol'
import { Agent, request } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import { createSoakHit } from './soakHits.ts'

export interface ImpatientLoadOptions {
  url: string
  seed: number
  /** Told of answers that no sender should see. */
  complain: (text: string) => void
}

/** Senders that do not wait for each other, and give up on an answer that takes too long. */
export interface ImpatientLoad {
  /** Sends at an even rate, whatever becomes of it, until the signal is aborted and each request has ended. */
  run(signal: AbortSignal): Promise<void>
  /** Sends what was not acknowledged until it is. @param limit ms @returns how many hits are left */
  deliver(limit: number): Promise<number>
  /** 1 for each hit that was acknowledged, by its number. */
  readonly acknowledged: Uint8Array
  /** A hit, and what was answered for it when, by its number. */
  describe(number: number): string
  /** Requests that were answered 503, and such as got no answer in time. */
  readonly refused: number
  readonly givenUp: number
}

/** Several of one request: a collector takes more of them in a second. */
interface Parcel {
  numbers: number[]
  body: string
  /** What became of it, each time. */
  story: string[]
}

/** Requests a second, hits in each, and ms until a sender gives up. */
const rate = 120
const hitsEach = 20
const patience = 10_000
/** ms */
const heldUp = 250
const lanes = 8

/** @see ImpatientLoad */
export function createImpatientLoad({ url, seed, complain }: ImpatientLoadOptions): ImpatientLoad {
  const agent = new Agent({ keepAlive: true, maxSockets: Infinity })
  const waiting: Parcel[] = []
  const acknowledged = new Uint8Array(2 ** 20)
  const stories: string[][] = []
  const counts = { made: 0, refused: 0, givenUp: 0 }

  return {
    async run(signal) {
      const sending: Promise<void>[] = []
      for (let due = performance.now(); !signal.aborted; due += 1000 / rate) {
        const late = performance.now() - due
        // It is the machine that was held up: nobody sends in heaps for that.
        if (late > heldUp) due += late
        else if (late < -1) await wait(-late)
        sending.push(send(createParcel()))
      }
      await Promise.all(sending)
    },
    async deliver(limit) {
      const deadline = Date.now() + limit
      const lane = async (): Promise<void> => {
        for (let parcel = waiting.shift(); parcel !== undefined && Date.now() < deadline; parcel = waiting.shift()) {
          await send(parcel)
          if (waiting.at(-1) === parcel) await wait(500)
        }
      }
      while (waiting.length > 0 && Date.now() < deadline) await Promise.all(Array.from({ length: lanes }, lane))
      agent.destroy()
      return waiting.length * hitsEach
    },
    describe: (number) => `${number}: ${(stories[Math.floor(number / hitsEach)] ?? []).join(', ')}`,
    get acknowledged() {
      return acknowledged.subarray(0, counts.made)
    },
    get refused() {
      return counts.refused
    },
    get givenUp() {
      return counts.givenUp
    },
  }

  function createParcel(): Parcel {
    const numbers = Array.from({ length: hitsEach }, () => counts.made++)
    // Pageviews of now: of several days at once there would be several batches.
    const hits = numbers.map((number) => ({ ...createSoakHit(seed, number, Date.now()).body, type: 'pageview' }))
    const story: string[] = []
    stories.push(story)
    return { numbers, story, body: JSON.stringify({ sentAt: Date.now(), hits }) }
  }

  async function send(parcel: Parcel): Promise<void> {
    const answer = await post(url, agent, parcel.body)
    parcel.story.push(`${new Date().toISOString()} ${answer?.status ?? 'no answer'} ${answer?.status === 201 ? answer.body : ''}`)
    if (answer?.status === 201) return acknowledge(parcel, answer.body)
    waiting.push(parcel)
    if (answer === undefined) counts.givenUp++
    // A machine that stood still for ten seconds: the body was cut, and is to come again.
    else if (answer.status === 408) counts.givenUp++
    else if (answer.status !== 503) complain(`${answer.status}: ${answer.body}`)
    else if (!(Number(answer.headers['retry-after']) >= 1) || answer.headers['x-hit'] === undefined) complain(`503 without Retry-After or x-hit: ${JSON.stringify(answer.headers)}`)
    else counts.refused++
  }

  function acknowledge({ numbers }: Parcel, body: string): void {
    const { stored, duplicate } = JSON.parse(body) as HitAnswer
    if (stored + duplicate !== numbers.length) return complain(`201 for ${numbers.length} hits, but the body says ${body}`)
    for (const number of numbers) acknowledged[number] = 1
  }
}

interface Answer {
  status: number
  headers: Readonly<Record<string, string | string[] | undefined>>
  body: string
}

/** Undefined where there was none in time. */
function post(url: string, agent: Agent, body: string): Promise<Answer | undefined> {
  return new Promise((resolve) => {
    const outgoing = request(`${url}/hit`, { method: 'POST', agent }, (response) => {
      let text = ''
      response.on('data', (chunk) => (text += chunk))
      response.on('error', () => resolve(undefined))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }))
    })
    outgoing.setTimeout(patience, () => outgoing.destroy())
    outgoing.on('error', () => resolve(undefined))
    outgoing.end(body)
  })
}
