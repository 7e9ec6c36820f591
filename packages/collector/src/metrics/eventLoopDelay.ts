import type { IntervalHistogram } from 'node:perf_hooks'
import { builtin } from '../builtins.ts'
import { isWorkers } from '../installation/isNode.ts'

/** How late the event loop was, seconds. */
export interface EventLoopDelay {
  /** Since the last call; the first one begins, and answers zeros. */
  read(): { mean: number; max: number; p99: number }
}

/** How often it is looked, ms; what is on time is this late by itself. */
const resolution = 20

/** Measures nothing until it is asked for the first time: who does not look pays nothing. */
export function createEventLoopDelay(): EventLoopDelay {
  let histogram: IntervalHistogram | undefined
  return {
    read() {
      // Clocks stand still there while anything runs.
      if (isWorkers()) return { mean: 0, max: 0, p99: 0 }
      if (!histogram) {
        histogram = builtin('node:perf_hooks').monitorEventLoopDelay({ resolution })
        histogram.enable()
      }
      const { mean, max } = histogram
      const read = { mean: seconds(mean), max: seconds(max), p99: seconds(histogram.percentile(99)) }
      const none = Number.isNaN(mean)
      histogram.reset()
      return none ? { mean: 0, max: 0, p99: 0 } : read
    },
  }
}

/** From nanoseconds, without what the timer itself waits. */
function seconds(nanoseconds: number): number {
  return Math.max(0, nanoseconds / 1e9 - resolution / 1000)
}
