import { isTimeDimension, type TimeDimension } from '../dimensions.ts'
import type { Query } from '../query.ts'
import { steadyOffset } from '../siteDay.ts'
import { createBuckets } from '../timeBuckets.ts'
import type { RollupDay } from './rollup.ts'

/** The bucket that a home day lies in, '' for a question without; undefined where it lies in several, or nobody knows. */
type BucketOf = (day: RollupDay) => string | undefined

export interface Buckets {
  /** Where the buckets stand among the question's dimensions. */
  index: number | undefined
  bucketOf: BucketOf
}

const kept: ReadonlySet<TimeDimension> = new Set<TimeDimension>(['time:day', 'time:week', 'time:month'])
const quarter = 15 * 60_000
const dayLength = 86_400_000
/** The bucket of a day that was asked for last, and by what: a year of days is gone through by each of a dashboard's questions. */
const buckets = new WeakMap<RollupDay, { name: string; bucket: string | undefined }>()

/**
 * Finds out what a question's buckets of time are; undefined where they are smaller than days, or it has several.
 * @throws RangeError for a time zone that Intl does not know
 */
export function compileBuckets({ dimensions = [], timezone }: Pick<Query, 'dimensions' | 'timezone'>): Buckets | undefined {
  const [dimension, ...others] = dimensions.filter(isTimeDimension)
  if (dimension === undefined) return { index: undefined, bucketOf: () => '' }
  if (others.length > 0 || !kept.has(dimension)) return undefined
  const labelOf = createBuckets(timezone)
  const name = `${dimension} ${timezone}`
  return { index: dimensions.indexOf(dimension), bucketOf }

  function bucketOf(day: RollupDay): string | undefined {
    if (day.first > day.last) return ''
    const known = buckets.get(day)
    if (known?.name === name) return known.bucket
    const bucket = findBucket(day)
    buckets.set(day, { name, bucket })
    return bucket
  }

  function findBucket({ first, last }: RollupDay): string | undefined {
    const offset = steadyOffset(timezone, first, last)
    const label = labelOf(dimension!, first)
    // Most home days are a day of the question's zone too.
    if (offset !== undefined && Math.floor((first + offset) / dayLength) === Math.floor((last + offset) / dayLength)) return label
    if (labelOf(dimension!, last) !== label) return undefined
    if (offset !== undefined) return label
    // Where the clock is put back in between, another day may have begun and gone again.
    for (let time = first; time < last; time += quarter) if (labelOf(dimension!, time) !== label) return undefined
    return label
  }
}
