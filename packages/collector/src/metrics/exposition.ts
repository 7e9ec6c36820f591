/** One line of a metric: its labels, and the number. */
export type Sample = readonly [labels: Readonly<Record<string, string>>, value: number]

/** The version of the format that `writeMetric` writes. */
export const metricsType = 'text/plain; version=0.0.4; charset=utf-8'

/**
 * A metric as Prometheus reads it (text format 0.0.4).
 *
 * @param samples by the end of the name: '' for the name itself, `_sum` and the like for parts of a histogram
 */
export function writeMetric(name: string, type: 'counter' | 'gauge' | 'histogram', help: string, samples: readonly (Sample | readonly [...Sample, suffix: string])[]): string {
  const lines = samples.map(([labels, value, suffix = '']) => `${name}${suffix}${writeLabels(labels)} ${writeNumber(value)}\n`)
  return `# HELP ${name} ${help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}\n# TYPE ${name} ${type}\n${lines.join('')}`
}

function writeLabels(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escape(value)}"`)
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`
}

function escape(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
}

function writeNumber(value: number): string {
  if (value === Infinity) return '+Inf'
  return value === -Infinity ? '-Inf' : String(value)
}
