import { steadyOffset, zoneClock } from '../siteDay.ts'

const quarter = 15 * 60_000
const oneDay = 86_400_000
/** What `steadyOffset` is asked about at a time, ms. */
const stretch = 96 * 3_600_000

/** From when on a zone's clock is so far ahead of UTC, both in ms. */
export interface ZoneStep {
  from: number
  offset: number
}

/**
 * How far a zone's clock is ahead of UTC from one moment to another, in the order of time, as `createBuckets` has it: so buckets
 * are those of every other store, whatever a server knows of time zones.
 * @throws RangeError for a time zone that Intl does not know
 */
export function zoneSteps(timezone: string, from: number, to: number): ZoneStep[] {
  const steps: ZoneStep[] = []
  for (let at = Math.floor(from / stretch) * stretch; at <= to; at += stretch) {
    const steady = steadyOffset(timezone, at, at + stretch - 1)
    if (steady !== undefined) addStep(steps, at, steady)
    else for (let time = at; time < at + stretch; time += quarter) addStep(steps, time, offsetAt(timezone, time))
  }
  return steps
}

/** Whether two moments and all between them are of one day of the zone. */
export function isOneDay(steps: readonly ZoneStep[], first: number, last: number): boolean {
  const ends = steps.flatMap(({ from, offset }, index) => {
    // What was before the first step goes by it too.
    const begin = Math.max(first, index === 0 ? -Infinity : from)
    const end = Math.min(last, (steps[index + 1]?.from ?? Infinity) - 1)
    return begin > end ? [] : [begin + offset, end + offset]
  })
  return new Set(ends.map((end) => Math.floor(end / oneDay))).size === 1
}

function addStep(steps: ZoneStep[], from: number, offset: number): void {
  if (steps.at(-1)?.offset !== offset) steps.push({ from, offset })
}

/** What the label of a quarter of an hour comes to. */
function offsetAt(timezone: string, time: number): number {
  const { hour, minute } = zoneClock(timezone)(time)
  return Date.parse(`${hour.replace(' ', 'T')}:00:00Z`) + minute * 60_000 - time
}
