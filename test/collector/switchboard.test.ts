import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Metric } from '../../packages/collector/src/metrics/mergeMetrics.ts'
import { createPeer, type PeerMessage, type Peers } from '../../packages/collector/src/peers.ts'
import { createSwitchboard } from '../../packages/collector/src/switchboard.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

interface Worker {
  peers: Peers
  /** What it has counted. */
  hits: number
  /** Whether it answers, or is too busy. */
  answers: boolean
  die(): void
}

/** Workers with their supervisor, and what goes between them as JSON. */
function createWorkers(): () => Worker {
  const connect = createSwitchboard()
  return () => {
    const toSupervisor: ((message: unknown) => void)[] = []
    const toWorker: ((message: unknown) => void)[] = []
    const onExit: (() => void)[] = []
    let lives = true
    const pass = (listeners: ((message: unknown) => void)[], message: unknown): void => {
      const text = JSON.stringify(message)
      queueMicrotask(() => lives && listeners.forEach((listener) => listener(JSON.parse(text))))
    }
    connect({ send: (message) => pass(toWorker, message), onMessage: (listener) => toSupervisor.push(listener), onExit: (listener) => onExit.push(listener) })
    const worker: Worker = {
      hits: 0,
      answers: true,
      peers: createPeer({
        send: (message: PeerMessage) => (worker.answers || message.peers === 'ask') && pass(toSupervisor, message),
        onMessage: (listener) => toWorker.push(listener),
      }),
      die: () => {
        lives = false
        for (const listener of onExit) listener()
      },
    }
    worker.peers.onAsked('metrics', () => metricsOf(worker.hits))
    worker.peers.onAsked('drops', (site) => `${String(site)} ${worker.hits}`)
    pass(toSupervisor, { url: 'http://127.0.0.1:4600' })
    return worker
  }
}

function metricsOf(hits: number): Metric[] {
  return [
    { name: 'hits', type: 'counter', help: '', samples: [[{}, hits]] },
    { name: 'memory', type: 'gauge', help: '', samples: [[{}, 10]], together: 'sum' },
  ]
}

async function totals({ peers }: Worker): Promise<Record<string, number>> {
  const asked = peers.ask('metrics') as Promise<Metric[][]>
  await vi.advanceTimersByTimeAsync(500)
  const found: Record<string, number> = {}
  for (const { name, samples } of (await asked).flat()) found[name] = (found[name] ?? 0) + samples[0]![1]
  return found
}

test('one that is asked answers for all', async () => {
  const start = createWorkers()
  const workers = [start(), start(), start()]
  workers.forEach((worker, index) => (worker.hits = 10 ** index))
  await vi.advanceTimersByTimeAsync(0)
  for (const worker of workers) expect(await totals(worker)).toEqual({ hits: 111, memory: 30 })
  const asked = workers[1]!.peers.ask('drops', 'blog')
  await vi.advanceTimersByTimeAsync(0)
  expect(await asked).toEqual(['blog 1', 'blog 10', 'blog 100'])
})

test('what a dead one had counted stays, a counter never goes backwards, and its memory is gone', async () => {
  const start = createWorkers()
  const [one, two] = [start(), start()]
  one.hits = 5
  two.hits = 7
  await vi.advanceTimersByTimeAsync(0)
  expect(await totals(one)).toEqual({ hits: 12, memory: 20 })
  two.die()
  expect(await totals(one)).toEqual({ hits: 12, memory: 10 })
  const three = start()
  three.hits = 1
  await vi.advanceTimersByTimeAsync(0)
  expect(await totals(three)).toEqual({ hits: 13, memory: 20 })
  one.die()
  three.die()
  const four = start()
  await vi.advanceTimersByTimeAsync(0)
  expect(await totals(four)).toEqual({ hits: 13, memory: 10 })
})

test('one that is too busy counts with what it last said; one that is starting is not waited for', async () => {
  const start = createWorkers()
  const [one, two] = [start(), start()]
  two.hits = 7
  await vi.advanceTimersByTimeAsync(0)
  await totals(one)
  two.answers = false
  two.hits = 8
  expect(await totals(one)).toEqual({ hits: 7, memory: 20 })
  const asked = one.peers.ask('drops', 'blog')
  await vi.advanceTimersByTimeAsync(500)
  expect(await asked).toEqual(['blog 0'])
})

test('one that dies while it is waited for is waited for no longer', async () => {
  const start = createWorkers()
  const [one, two] = [start(), start()]
  two.answers = false
  await vi.advanceTimersByTimeAsync(0)
  const asked = one.peers.ask('drops', 'blog')
  await vi.advanceTimersByTimeAsync(100)
  two.die()
  await vi.advanceTimersByTimeAsync(0)
  expect(await asked).toEqual(['blog 0'])
})

test('a supervisor that says nothing is an error, not a number', async () => {
  const alone = createPeer({ send: () => undefined, onMessage: () => undefined })
  const asked = expect(alone.ask('metrics')).rejects.toThrow('does not answer')
  await vi.advanceTimersByTimeAsync(2000)
  await asked
})
