import type { Metric, QueryRow } from '@treadlight/store'
import { isRevenue } from './names.ts'

/** Percentages: their change is in points, not in percent of a percentage. As Plausible has it. */
const inPoints: ReadonlySet<Metric> = new Set(['bounce_rate', 'conversion_rate', 'group_conversion_rate', 'exit_rate', 'percentage'])

/**
 * How much a metric has changed: in percent, rounded; of rates in points, to one decimal. From nothing to something is 100.
 * Null where one of the two has no value.
 */
export function changeOf(metric: Metric, now: number | null, before: number | null): number | null {
  if (now === null || before === null) return null
  if (inPoints.has(metric)) return Math.round((now - before) * 10) / 10
  if (before === 0) return now === 0 ? 0 : 100
  return Math.round(((now - before) / before) * 100)
}

const counts: ReadonlySet<Metric> = new Set(['visitors', 'visits', 'pageviews', 'events'])

/** What a metric says of a row that there is not: nothing was counted, and a ratio over nothing has no value. */
export function valueOfNothing(metric: Metric): number | null {
  return counts.has(metric) ? 0 : null
}

/** A row with that of the other range that it is compared with. */
export interface ComparedRow extends QueryRow {
  comparison: QueryRow & { change: (number | null)[] }
}

export interface ComparedRows {
  metrics: readonly Metric[]
  rows: readonly QueryRow[]
  /** All of the other range. */
  others: readonly QueryRow[]
  /** Where the query has a dimension of time: which it is, and the buckets of both ranges, the first ones of which are compared, and so on. */
  time?: { index: number; labels: readonly string[]; otherLabels: readonly string[] }
}

/** Puts to each row that of the same dimensions, and of the bucket at the same place; and adds rows for buckets that only the other range has. */
export function compareRows({ metrics, rows, others, time }: ComparedRows): ComparedRow[] {
  const otherPlaces = placesOf(time?.otherLabels)
  const byKey = new Map(others.map((row) => [keyOf(row, otherPlaces), row]))
  const places = placesOf(time?.labels)
  const nothing = (dimensions: string[]): QueryRow => ({ dimensions, metrics: metrics.map(valueOfNothing) })

  const compared = rows.map((row) => {
    const key = keyOf(row, places)
    const other = byKey.get(key) ?? nothing(relabel(row.dimensions, places, time?.otherLabels))
    byKey.delete(key)
    return compare(row, other)
  })
  if (!time) return compared
  const added = [...byKey.values()].flatMap((other) => {
    const place = otherPlaces?.get(other.dimensions[time.index] ?? '') ?? -1
    return time.labels[place] === undefined ? [] : [compare(nothing(relabel(other.dimensions, otherPlaces, time.labels)), other)]
  })
  return [...compared, ...added]

  function compare(row: QueryRow, other: QueryRow): ComparedRow {
    const change = metrics.map((metric, index) => {
      const isOtherMoney = isRevenue(metric) && row.currency !== other.currency
      return isOtherMoney ? null : changeOf(metric, row.metrics[index] ?? null, other.metrics[index] ?? null)
    })
    return { ...row, comparison: { ...other, change } }
  }

  function keyOf({ dimensions }: QueryRow, places: ReadonlyMap<string, number> | undefined): string {
    return JSON.stringify(dimensions.map((value, index) => (index === time?.index ? (places?.get(value) ?? value) : value)))
  }

  /** A bucket that the other range does not have is an empty text: it has fewer. */
  function relabel(dimensions: readonly string[], places: ReadonlyMap<string, number> | undefined, labels: readonly string[] | undefined): string[] {
    return dimensions.map((value, index) => (index === time?.index ? (labels?.[places?.get(value) ?? -1] ?? '') : value))
  }
}

function placesOf(labels: readonly string[] | undefined): ReadonlyMap<string, number> | undefined {
  return labels && new Map(labels.map((label, place) => [label, place]))
}
