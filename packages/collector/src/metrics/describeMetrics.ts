import { isWorkers } from '../installation/isNode.ts'
import type { StorageProblem } from '@treadlight/store'
import type { Failures } from '../failures.ts'
import type { Forwarding } from '../forwarding/forwarding.ts'
import { version } from '../version.ts'
import type { EventLoopDelay } from './eventLoopDelay.ts'
import type { Sample } from './exposition.ts'
import type { Metric, MetricSample } from './mergeMetrics.ts'
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
  forwarding: Pick<Forwarding, 'ownStates'> | undefined
}

/** When this module was loaded; on Workers clocks stand still until a request comes. ms since 1970 */
const begun = Date.now() - (isWorkers() ? 0 : process.uptime() * 1000)

/** Such as `node 22.21.0`; those that pass for Node.js name themselves among its versions. */
function runtimeOf(): string {
  if (isWorkers()) return 'workers'
  const name = ['bun', 'deno'].find((other) => other in process.versions) ?? 'node'
  return `${name} ${process.versions[name]}`
}

/** An isolate is not told. */
function memoryOf(): { rss: number; heapUsed: number } {
  return isWorkers() ? { rss: 0, heapUsed: 0 } : process.memoryUsage()
}

/** Everything that this process has to say, for a Prometheus. Every label is one of our own words. */
export function describeMetrics({ totals, requests, failures, problems, failingSince, delay, forwarding }: MetricsSources): Metric[] {
  const byName = (total: Parameters<Totals['list']>[0], label: string, always: readonly string[] = []): Sample[] => {
    const counts = totals.list(total)
    return [...new Set([...always, ...counts.keys()])].map((name) => [{ [label]: name }, counts.get(name) ?? 0])
  }
  const seconds = (times: ReadonlyMap<string, number>): Sample[] => [...times].map(([task, time]) => [{ task }, time / 1000])
  const memory = memoryOf()
  const { mean, max, p99 } = delay.read()
  return [
    gauge('sum', 'treadlight_processes', 'Processes that share the port and have answered.', [[{}, 1]]),
    gauge('max', 'treadlight_build_info', 'Always 1; the labels say what runs.', [[{ version, runtime: runtimeOf() }, 1]]),
    counter('treadlight_hits_total', 'Hits that the store has confirmed, by outcome.', byName('hits', 'outcome', ['stored', 'duplicate'])),
    counter('treadlight_hits_dropped_total', 'Hits deliberately not stored, by reason.', byName('dropped', 'reason')),
    counter('treadlight_hits_refused_total', 'Hits not understood, by the field that was wrong.', byName('refused', 'field')),
    counter('treadlight_step_failures_total', 'Hits on which a step of the enrichment failed, by step.', byName('stepFailures', 'step')),
    gauge('sum', 'treadlight_store_waiting_hits', 'Hits handed to the store and not confirmed yet.', [[{}, totals.waiting]]),
    counter('treadlight_store_append_failures_total', 'Requests whose hits could not be stored: the storage failed, or too much was waiting.', byName('failedAppends', 'cause', ['storage', 'busy'])),
    gauge('max', 'treadlight_store_failing', 'Whether the last attempt to store hits failed.', [[{}, failingSince() === undefined ? 0 : 1]]),
    gauge('max', 'treadlight_storage_problems', 'Damaged values found in the storage so far.', [[{}, problems.length]]),
    counter('treadlight_task_failures_total', 'Rounds of upkeep, retention and queries that failed.', (['upkeep', 'retention', 'queries'] as const).map((task) => [{ task }, failures.counts.get(task) ?? 0])),
    gauge('max', 'treadlight_task_success_timestamp_seconds', 'When a round last went well, seconds since 1970.', seconds(failures.succeeded)),
    counter('treadlight_errors_total', 'Errors that went to the log.', byName('errors', 'kind', ['error'])),
    ...describeRequests(requests),
    ...describeForwarding(forwarding),
    gauge('sum', 'process_resident_memory_bytes', 'Memory of the process.', [[{}, memory.rss]]),
    gauge('sum', 'nodejs_heap_size_used_bytes', 'Memory that JavaScript uses.', [[{}, memory.heapUsed]]),
    gauge('min', 'process_start_time_seconds', 'When the process began, seconds since 1970.', [[{}, Math.round(begun / 1000)]]),
    gauge('max', 'nodejs_eventloop_lag_mean_seconds', 'Delay of the event loop since the last look, on average.', [[{}, mean]]),
    gauge('max', 'nodejs_eventloop_lag_p99_seconds', 'Delay of the event loop since the last look, of the slowest hundredth.', [[{}, p99]]),
    gauge('max', 'nodejs_eventloop_lag_max_seconds', 'Delay of the event loop since the last look, at most.', [[{}, max]]),
  ]
}

/** Names of destinations are the owner's own. */
function describeForwarding(forwarding: MetricsSources['forwarding']): Metric[] {
  const states = forwarding?.ownStates() ?? []
  if (states.length === 0) return []
  const outcomes = ['sent', 'withheld', 'dead', 'dropped'] as const
  return [
    counter('treadlight_forwarded_hits_total', 'Hits of which is settled what becomes of them at another system, by outcome.', states.flatMap(({ name, counts }) => outcomes.map((outcome): Sample => [{ destination: name, outcome }, counts[outcome]]))),
    counter('treadlight_forwarding_retries_total', 'Requests to other systems that failed and are made again.', states.map(({ name, counts }): Sample => [{ destination: name }, counts.retries])),
    gauge('sum', 'treadlight_forwarding_waiting_hits', 'Hits that another system does not have yet.', states.map(({ name, waiting }): Sample => [{ destination: name }, waiting])),
    gauge('max', 'treadlight_forwarding_failing', 'Whether another system did not take what was last sent to it.', states.map(({ name, trouble }): Sample => [{ destination: name }, trouble === undefined ? 0 : 1])),
  ]
}

function counter(name: string, help: string, samples: readonly Sample[]): Metric {
  return { name, type: 'counter', help, samples }
}

function histogram(name: string, help: string, samples: readonly MetricSample[]): Metric {
  return { name, type: 'histogram', help, samples }
}

function gauge(together: NonNullable<Metric['together']>, name: string, help: string, samples: readonly Sample[]): Metric {
  return { name, type: 'gauge', help, samples, together }
}

function describeRequests({ routes }: Requests): Metric[] {
  const asked = [...routes].filter(([, { byStatus }]) => byStatus.size > 0)
  const requests = asked.flatMap(([route, { byStatus }]) => [...byStatus].map(([status, count]): Sample => [{ route, status: String(status) }, count]))
  const durations: MetricSample[] = []
  for (const [route, { buckets, sum, count }] of asked) {
    // Nobody timed what no route answered.
    if (count === 0) continue
    let below = 0
    for (const [index, inside] of buckets.entries()) durations.push([{ route, le: String(durationBuckets[index]) }, (below += inside), '_bucket'])
    durations.push([{ route, le: '+Inf' }, count, '_bucket'], [{ route }, sum, '_sum'], [{ route }, count, '_count'])
  }
  return [
    counter('treadlight_http_requests_total', 'Answers, by route and status.', requests),
    histogram('treadlight_http_request_duration_seconds', 'Time from a request to its answer, by route.', durations),
  ]
}
