import type { Row } from './series.ts'

/** Pageviews by source and bucket, ready to be drawn on top of each other. */
export interface Parts {
  labels: string[]
  /** In alphabetical order (PV30); what is gathered comes last. */
  parts: { name: string; values: number[]; total: number }[]
  total: number
  /** Per bucket that has begun. */
  average: number
}

interface PartsOptions {
  labels: readonly string[]
  /** Of every bucket that there are hits in: `[label]`, `[pageviews]`. */
  totals: readonly Row[]
  /** Of the sources that are shown by name: `[label, source]`, `[pageviews]`. */
  rows: readonly Row[]
  /** What is shown by name: their names by source. */
  names: ReadonlyMap<string, string>
  /** What all other sources together are called. */
  others: string
  /** The label of the bucket of this moment. */
  now: string
}

/**
 * Every bucket gets a value per source, zero if none (PV32). What is in the totals and not in a named source belongs to
 * the others.
 */
export function toParts({ labels, totals, rows, names, others, now }: PartsOptions): Parts {
  const parts = [...names].map(([source, name]) => partOf(name, valuesOf(rows.filter((row) => row.dimensions[1] === source), labels)))
  const sums = valuesOf(totals, labels)
  const rest = partOf(others, sums.map((sum, index) => Math.max(0, sum - sumOf(parts.map(({ values }) => values[index]!)))))
  const total = sumOf(sums)
  const begun = labels.filter((label) => label <= now).length
  return {
    labels: [...labels],
    parts: [...parts.sort((a, b) => a.name.localeCompare(b.name)), ...(rest.total > 0 ? [rest] : [])],
    total,
    average: begun === 0 ? 0 : total / begun,
  }
}

/** For each part the sum of itself and all parts before it, the last part first. */
export function stack({ labels, parts }: Pick<Parts, 'labels' | 'parts'>): number[][] {
  const sums: number[][] = []
  for (const { values } of parts) {
    const below = sums[0]
    sums.unshift(labels.map((_, index) => (values[index] ?? 0) + (below?.[index] ?? 0)))
  }
  return sums
}

function partOf(name: string, values: number[]): Parts['parts'][number] {
  return { name, values, total: sumOf(values) }
}

function valuesOf(rows: readonly Row[], labels: readonly string[]): number[] {
  const values = new Map(rows.map((row) => [row.dimensions[0], row.metrics[0] ?? 0]))
  return labels.map((label) => values.get(label) ?? 0)
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0)
}
