import { countersOf, mergeMetrics, type Metric } from './metrics/mergeMetrics.ts'
import { isPeerMessage, type PeerMessage } from './peers.ts'

/** A worker, as far as it is talked with. */
export interface Line {
  /** Whoever has gone hears nothing, and that is no failure. */
  send(message: PeerMessage): void
  onMessage(listener: (message: unknown) => void): void
  onExit(listener: () => void): void
}

/** How long the others have, ms: one that is busy or starting must not keep the one that asks waiting. */
const patience = 500

interface Exchange {
  answers: Map<Line, unknown>
  missing: Set<Line>
  end: () => void
}

/**
 * What the supervisor does for its workers beside starting them: passes questions on to all of them, and hands back their
 * answers. What the metrics of one counted is not forgotten when it dies, as far as anybody has seen it: a counter that
 * goes backwards is taken for one that began anew.
 *
 * @returns takes up a worker
 */
export function createSwitchboard(): (worker: Line) => void {
  /** Those that have said something, which they do when they listen, with what they last said of their metrics. */
  const lines = new Map<Line, Metric[] | undefined>()
  const exchanges = new Map<number, Exchange>()
  let gone: Metric[] = []
  let number = 0

  return (worker) => {
    worker.onMessage((message) => {
      if (!lines.has(worker)) lines.set(worker, undefined)
      if (!isPeerMessage(message)) return
      if (message.peers === 'ask') passOn(worker, message)
      else if (message.peers === 'answer') take(worker, message)
    })
    worker.onExit(() => {
      gone = mergeMetrics([gone, countersOf(lines.get(worker) ?? [])])
      lines.delete(worker)
      for (const exchange of exchanges.values()) settle(exchange, worker)
    })
  }

  function passOn(asker: Line, { id, topic, input }: PeerMessage & { peers: 'ask' }): void {
    const own = ++number
    const answers = new Map<Line, unknown>()
    const end = (): void => {
      clearTimeout(timer)
      exchanges.delete(own)
      const all = [...lines.keys()].flatMap((line) => (answers.has(line) ? [answers.get(line)] : (topic === 'metrics' && lines.get(line)) || []))
      asker.send({ peers: 'answers', id, answers: topic === 'metrics' ? [...all, gone] : all })
    }
    const timer = setTimeout(end, patience)
    exchanges.set(own, { answers, missing: new Set(lines.keys()), end })
    for (const line of lines.keys()) line.send({ peers: 'ask', id: own, topic, input })
  }

  function take(worker: Line, { id, answer }: PeerMessage & { peers: 'answer' }): void {
    if (isMetrics(answer)) lines.set(worker, answer)
    const exchange = exchanges.get(id)
    if (exchange === undefined) return
    exchange.answers.set(worker, answer)
    settle(exchange, worker)
  }

  function settle({ missing, end }: Exchange, worker: Line): void {
    if (missing.delete(worker) && missing.size === 0) end()
  }
}

function isMetrics(answer: unknown): answer is Metric[] {
  return Array.isArray(answer) && answer.every((each) => typeof each === 'object' && each !== null && 'samples' in each)
}
