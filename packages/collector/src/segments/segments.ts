import type { Values } from '@treadlight/store'
import { createRecords, type Recorded, type Records } from '../records/records.ts'
import type { FindSegment } from '../stats/readFilters.ts'
import { readSegment, type Segment } from './readSegment.ts'

/** The saved filters of the sites. */
export type Segments = Records<Segment>

/** Most of one site: all are in one list to choose from. */
const maxSegments = 200

/** @param now ms since 1970 */
export function createSegments(values: Values, now: () => number): Segments {
  return createRecords<Segment>({ values, prefix: 'segment', read, max: maxSegments, now })
}

/** What `["is", "segment", […]]` of a query means: by id first, which nobody chooses. */
export function createSegmentFinder(segments: readonly Recorded<Segment>[]): FindSegment {
  return (wanted) => (segments.find(({ id }) => id === wanted) ?? segments.find(({ name }) => name === wanted))?.filters
}

/** Why a segment cannot be beside the others: names are what programs ask for. */
export function conflictOf({ name }: Segment, others: readonly Segment[]): string | undefined {
  return others.some((other) => other.name === name) ? `name: there is a segment ${JSON.stringify(name)} already` : undefined
}

/** What its removal does. */
export function removalOf({ name, filters }: Segment): string {
  const count = filters.length === 1 ? '1 filter' : `${filters.length} filters`
  return `The segment “${name}” with ${count} goes. No numbers are deleted; links and programs that ask for it are refused from then on.`
}

function read(stored: Record<string, unknown>): Segment | undefined {
  const segment = readSegment(stored['name'], stored['filters'])
  return typeof segment === 'string' ? undefined : segment
}
