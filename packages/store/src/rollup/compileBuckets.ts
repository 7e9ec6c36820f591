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

/**
 * Finds out what a question's buckets of time are; undefined where they are smaller than days, or it has several.
 * @throws RangeError for a time zone that Intl does not know
 */
export function compileBuckets({ dimensions = [], timezone }: Pick<Query, 'dimensions' | 'timezone'>): Buckets | undefined {
  const [dimension, ...others] = dimensions.filter(isTimeDimension)
  if (dimension === undefined) return { index: undefined, bucketOf: () => '' }
  if (others.length > 0 || !kept.has(dimension)) return undefined
  const labelOf = createBuckets(timezone)
  return { index: dimensions.indexOf(dimension), bucketOf }

  function bucketOf({ first, last }: RollupDay): string | undefined {
    if (first > last) return ''
    const label = labelOf(dimension!, first)
    if (labelOf(dimension!, last) !== label) return undefined
    // Where the clock is put back in between, another day may have begun and gone again.
    if (steadyOffset(timezone, first, last) !== undefined) return label
    for (let time = first; time < last; time += quarter) if (labelOf(dimension!, time) !== label) return undefined
    return label
  }
}
