import { describeMetrics, type MetricsSources } from '../metrics/describeMetrics.ts'
import { metricsType, writeMetric } from '../metrics/exposition.ts'
import { mergeMetrics, type Metric } from '../metrics/mergeMetrics.ts'
import type { Peers } from '../peers.ts'
import type { MetricsAccess } from '../settings/operation.ts'
import { failure, privateHeaders } from './respond.ts'
import type { Routes } from './routes.ts'

/** `GET /metrics`, for a Prometheus, of all workers together: to the owner, to tokens of scope `metrics`, or to everybody where that is set. */
export function addMetricsRoute(routes: Routes, access: MetricsAccess, sources: MetricsSources, peers: Peers): void {
  peers.onAsked('metrics', () => describeMetrics(sources))
  routes.add('GET', '/metrics', access === 'open' ? 'public' : 'token metrics', async () => {
    const answers = await peers.ask('metrics').catch(() => undefined)
    // One worker's numbers would look as if all had begun anew.
    if (answers === undefined) return failure(503, 'The supervisor of the workers does not answer: ask again')
    const text = mergeMetrics(answers as Metric[][]).map(({ name, type, help, samples }) => writeMetric(name, type, help, samples))
    return new Response(text.join(''), { headers: { ...privateHeaders, 'content-type': metricsType } })
  })
}
