import { describeMetrics, type MetricsSources } from '../metrics/describeMetrics.ts'
import { metricsType } from '../metrics/exposition.ts'
import type { MetricsAccess } from '../settings/operation.ts'
import { privateHeaders } from './respond.ts'
import type { Routes } from './routes.ts'

/** `GET /metrics`, for a Prometheus: to the owner, to tokens of scope `metrics`, or to everybody where that is set. */
export function addMetricsRoute(routes: Routes, access: MetricsAccess, sources: MetricsSources): void {
  routes.add('GET', '/metrics', access === 'open' ? 'public' : 'token metrics', () => {
    return new Response(describeMetrics(sources), { headers: { ...privateHeaders, 'content-type': metricsType } })
  })
}
