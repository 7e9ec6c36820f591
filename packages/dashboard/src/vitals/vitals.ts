import { formatExact, formatPercent } from '../format.ts'

export type Rating = 'good' | 'needs-improvement' | 'poor'

/** The metrics in the order of the page. */
export const vitalNames = ['LCP', 'INP', 'CLS', 'FCP', 'TTFB'] as const
export type VitalName = (typeof vitalNames)[number]

/** What `POST /api/vitals` says of one metric; p75 in ms, of CLS the score. */
export interface Vital {
  p75: number | null
  rating: Rating | null
  measured: number
  good: number
  needs_improvement: number
  poor: number
  left_out: number
}

type Vitals = Record<VitalName, Vital>

/** The whole answer. */
export interface VitalsAnswer {
  metrics: Vitals
  rows?: { value: string; measured: number; metrics: Vitals }[]
  total_rows?: number
  time_labels?: string[]
  left_out: number
}

/** What the page breaks the metrics down by. */
export const breakdowns = ['event:page', 'visit:device', 'visit:country'] as const
export type Breakdown = (typeof breakdowns)[number]

/** Fewer reports than this are shown, but say little. */
export const fewReports = 10

export function isVitalName(name: string | undefined): name is VitalName {
  return vitalNames.some((known) => known === name)
}

/** `2.5s`, `180ms`, of CLS the score: `0.05`. */
export function formatVital(name: VitalName, value: number): string {
  if (name === 'CLS') return new Intl.NumberFormat(undefined, { maximumFractionDigits: 3 }).format(value)
  const [amount, unit] = value < 1000 ? [value, 'millisecond'] : [value / 1000, 'second']
  return new Intl.NumberFormat(undefined, { style: 'unit', unit, unitDisplay: 'narrow', maximumFractionDigits: value < 1000 ? 0 : 2 }).format(amount)
}

/** The parts of a hundred that were good, in between and poor. */
export function sharesOf({ measured, good, needs_improvement: between, poor }: Vital): { rating: Rating; share: number; text: string }[] {
  const share = (count: number) => (measured === 0 ? 0 : (count / measured) * 100)
  const parts: [Rating, number][] = [['good', share(good)], ['needs-improvement', share(between)], ['poor', share(poor)]]
  return parts.map(([rating, part]) => ({ rating, share: part, text: formatPercent(part) }))
}

export const formatCount = (count: number): string => formatExact(count)
