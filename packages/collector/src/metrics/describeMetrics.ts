import type { StorageProblem } from '@treadlight/store'
import type { Failures } from '../failures.ts'
import { version } from '../version.ts'
import type { EventLoopDelay } from './eventLoopDelay.ts'
import { writeMetric, type Sample } from './exposition.ts'
import { durationBuckets, type Requests } from './requests.ts'
import type { Totals } from './totals.ts'

export interface MetricsSources {
  totals: Totals
  requests: Requests
  failures: Failures
  problems: readonly StorageProblem[]
  /** Since when no hits can be stored, ms since 1970. */
  failingSince: () => number | undefined
  delay: EventLoopDelay
}

/** Everything that there is to say, for a Prometheus. Every label is one of our own words. */
export function describeMetrics({ totals, requests, failures, problems, failingSince, delay }: MetricsSources): string {
  const byName = (total: Parameters<Totals['list']>[0], label: string, always: readonly string[] = []): Sample[] => {
    const counts = totals.list(total)
    return [...new Set([...always, ...counts.keys()])].map((name) => [{ [label]: name }, counts.get(name) ?? 0])
  }
  const seconds = (times: ReadonlyMap<string, number>): Sample[] => [...times].map(([task, time]) => [{ task }, time / 1000])
  const memory = process.memoryUsage()
  const { mean, max, p99 } = delay.read()
  return [
    writeMetric('treadlight_build_info', 'gauge', 'Always 1; the labels say what runs.', [[{ version, runtime: `node ${process.versions.node}` }, 1]]),
    writeMetric('treadlight_hits_total', 'counter', 'Hits that the store has confirmed, by outcome.', byName('hits', 'outcome', ['stored', 'duplicate'])),
    writeMetric('treadlight_hits_dropped_total', 'counter', 'Hits deliberately not stored, by reason.', byName('dropped', 'reason')),
    writeMetric('treadlight_hits_refused_total', 'counter', 'Hits not understood, by the field that was wrong.', byName('refused', 'field')),
    writeMetric('treadlight_step_failures_total', 'counter', 'Hits on which a step of the enrichment failed, by step.', byName('stepFailures', 'step')),
    writeMetric('treadlight_store_waiting_hits', 'gauge', 'Hits handed to the store and not confirmed yet.', [[{}, totals.waiting]]),
    writeMetric('treadlight_store_append_failures_total', 'counter', 'Requests whose hits could not be stored: the storage failed, or too much was waiting.', byName('failedAppends', 'cause', ['storage', 'busy'])),
    writeMetric('treadlight_store_failing', 'gauge', 'Whether the last attempt to store hits failed.', [[{}, failingSince() === undefined ? 0 : 1]]),
    writeMetric('treadlight_storage_problems', 'gauge', 'Damaged values found in the storage so far.', [[{}, problems.length]]),
    writeMetric('treadlight_task_failures_total', 'counter', 'Rounds of upkeep, retention and queries that failed.', (['upkeep', 'retention', 'queries'] as const).map((task) => [{ task }, failures.counts.get(task) ?? 0])),
    writeMetric('treadlight_task_success_timestamp_seconds', 'gauge', 'When a round last went well, seconds since 1970.', seconds(failures.succeeded)),
    writeMetric('treadlight_errors_total', 'counter', 'Errors that went to the log.', byName('errors', 'kind', ['error'])),
    ...describeRequests(requests),
    writeMetric('process_resident_memory_bytes', 'gauge', 'Memory of the process.', [[{}, memory.rss]]),
    writeMetric('nodejs_heap_size_used_bytes', 'gauge', 'Memory that JavaScript uses.', [[{}, memory.heapUsed]]),
    writeMetric('process_start_time_seconds', 'gauge', 'When the process began, seconds since 1970.', [[{}, Math.round(Date.now() / 1000 - process.uptime())]]),
    writeMetric('nodejs_eventloop_lag_mean_seconds', 'gauge', 'Delay of the event loop since the last look, on average.', [[{}, mean]]),
    writeMetric('nodejs_eventloop_lag_p99_seconds', 'gauge', 'Delay of the event loop since the last look, of the slowest hundredth.', [[{}, p99]]),
    writeMetric('nodejs_eventloop_lag_max_seconds', 'gauge', 'Delay of the event loop since the last look, at most.', [[{}, max]]),
  ].join('')
}

function describeRequests({ routes }: Requests): string[] {
  const asked = [...routes].filter(([, { byStatus }]) => byStatus.size > 0)
  const requests = asked.flatMap(([route, { byStatus }]) => [...byStatus].map(([status, count]): Sample => [{ route, status: String(status) }, count]))
  const durations: (readonly [...Sample, suffix: string])[] = []
  for (const [route, { buckets, sum, count }] of asked) {
    // Nobody timed what no route answered.
    if (count === 0) continue
    let below = 0
    for (const [index, inside] of buckets.entries()) durations.push([{ route, le: String(durationBuckets[index]) }, (below += inside), '_bucket'])
    durations.push([{ route, le: '+Inf' }, count, '_bucket'], [{ route }, sum, '_sum'], [{ route }, count, '_count'])
  }
  return [
    writeMetric('treadlight_http_requests_total', 'counter', 'Answers, by route and status.', requests),
    writeMetric('treadlight_http_request_duration_seconds', 'histogram', 'Time from a request to its answer, by route.', durations),
  ]
}
