import { readFilters } from '../stats/readFilters.ts'
import { QueryError } from '../stats/oneOf.ts'
import { isVisibleText } from '../visibleText.ts'

/** Filters under a name. */
export interface Segment {
  name: string
  /** As the stats API takes them; all of them must hold. At least one. */
  filters: readonly unknown[]
}

const longestName = 80
/** Bytes of JSON: a query, which takes 64 KiB, must have room for more than one. */
const longestFilters = 20_000

/**
 * Reads a segment, as somebody made it or as it was stored.
 * @returns what is wrong with it otherwise, naming the field
 */
export function readSegment(name: unknown, filters: unknown): Segment | string {
  if (!isVisibleText(name, longestName)) return `name: must be a text of at most ${longestName} characters`
  if (!Array.isArray(filters) || filters.length === 0) return 'filters: must be an array of filters, at least one, such as [["is", "visit:device", ["Mobile"]]]'
  if (JSON.stringify(filters).length > longestFilters) return `filters: must be at most ${longestFilters} letters of JSON`
  try {
    // As deep as they will be in a query.
    readFilters([['and', filters]])
  } catch (error) {
    if (error instanceof QueryError) return error.message
    throw error
  }
  return { name: name.trim(), filters }
}
