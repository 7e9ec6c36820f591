import type { Sample } from './exposition.ts'

/** One sample; the suffix is that of a part of a histogram. */
export type MetricSample = Sample | readonly [...Sample, suffix: string]

/** A metric before it is written. */
export interface Metric {
  name: string
  type: 'counter' | 'gauge' | 'histogram'
  help: string
  samples: readonly MetricSample[]
  /** What several processes have of a gauge together. Counters and histograms are added up. */
  together?: 'sum' | 'max' | 'min'
}

const joins = { sum: (a: number, b: number) => a + b, max: Math.max, min: Math.min }

/** The metrics of several processes as one. */
export function mergeMetrics(lists: readonly (readonly Metric[])[]): Metric[] {
  const merged = new Map<string, { metric: Metric; samples: Map<string, MetricSample> }>()
  for (const metric of lists.flat()) {
    let known = merged.get(metric.name)
    if (!known) merged.set(metric.name, (known = { metric, samples: new Map() }))
    const join = joins[metric.together ?? 'sum']
    for (const sample of metric.samples) {
      const [labels, value, suffix] = sample
      const key = JSON.stringify([labels, suffix])
      const before = known.samples.get(key)
      const joined = before === undefined ? value : join(before[1], value)
      known.samples.set(key, suffix === undefined ? [labels, joined] : [labels, joined, suffix])
    }
  }
  return Array.from(merged.values(), ({ metric, samples }) => Object.assign({}, metric, { samples: [...samples.values()] }))
}

/** What of a process's metrics stays true when it is gone. */
export function countersOf(metrics: readonly Metric[]): Metric[] {
  return metrics.filter(({ type }) => type !== 'gauge')
}
