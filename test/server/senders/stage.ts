import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import { startFaultyCollector, type Fault, type FaultyCollector } from '../../browsers/faultyCollector.ts'

/** A collector for one test. */
export async function openCollector(fault?: Fault): Promise<FaultyCollector> {
  const collector = await startFaultyCollector(() => undefined)
  collector.fault = fault
  onTestFinished(() => collector.close())
  return collector
}

/** Faults for the first requests, one after another; those behind them are stored. */
export function inOrder(...faults: Fault[]): Fault {
  return (exchange) => {
    const fault = faults.shift()
    if (fault) return fault(exchange)
    exchange.store()
    exchange.answer(201)
  }
}

/** The collector's own answer, with nothing stored. */
export function answering(status: number, headers: Record<string, string> = {}): Fault {
  return ({ answer }) => answer(status, headers)
}

/** An address at which nobody listens. */
export async function deadAddress(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return `http://127.0.0.1:${port}`
}

/** Timers that fire at once, and what they were set to, ms. A sender's own wait for company (5 s) is among them. */
export function instantTimers(): { setTimer: (run: () => void, ms: number) => () => void; waits: number[] } {
  const waits: number[] = []
  return {
    waits,
    setTimer(run, ms) {
      waits.push(Math.round(ms))
      const timer = setTimeout(run, 0)
      return () => clearTimeout(timer)
    },
  }
}

/** Only those fire that somebody waits for, as a sender is closed. */
export function noTimers(run: () => void, ms: number, isAwaited: boolean): () => void {
  const timer = isAwaited ? setTimeout(run, ms) : undefined
  return () => clearTimeout(timer)
}
