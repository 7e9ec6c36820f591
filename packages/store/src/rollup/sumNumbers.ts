import { keptSums, type KeptSum, type RollupDimension, type SumColumns } from './rollup.ts'

/** What a sum is written as the difference to: most are close to another one of their row, or the same. */
const neighbours: Partial<Record<KeptSum, KeptSum>> = {
  visits: 'visitors',
  pageviews: 'visits',
  events: 'pageviews',
  entered: 'visits',
  enteredViews: 'pageviews',
  bounced: 'entered',
  scrolled: 'engagedVisits',
}

const ofEntries: readonly KeptSum[] = ['entered', 'enteredViews', 'enteredTime', 'bounced']

/** Dimensions of the same section whose row of the same label mostly says the same of these sums. */
const models: Partial<Record<RollupDimension, { of: RollupDimension; sums: readonly KeptSum[] }>> = {
  // But for visits of events alone, which enter by no page.
  'event:page': { of: 'visit:entry_page', sums: ofEntries },
  'event:hostname': { of: 'visit:entry_page_hostname', sums: ofEntries },
  // But for events that happen without the visitor.
  'event:goal': { of: 'event:name', sums: keptSums },
}

/** The dimension that another one's sums are written by. */
export function modelOf(dimension: RollupDimension | undefined): RollupDimension | undefined {
  return dimension && models[dimension]?.of
}

/** Sums of the rows of the model, by row; undefined where it has none of that label. */
export type ModelSums = (name: KeptSum, row: number) => number

/** As differences, which may be negative. */
export function toNumbers(sums: SumColumns, name: KeptSum, dimension: RollupDimension | undefined, model: ModelSums): Float64Array {
  return combine(sums, name, dimension, model, sums[name], -1)
}

/** @param sums those before `name` in the order of `keptSums`, and what their differences were made to */
export function fromNumbers(sums: SumColumns, name: KeptSum, dimension: RollupDimension | undefined, model: ModelSums, numbers: Float64Array): Float64Array {
  return combine(sums, name, dimension, model, numbers, 1)
}

function combine(sums: SumColumns, name: KeptSum, dimension: RollupDimension | undefined, model: ModelSums, numbers: Float64Array, sign: 1 | -1): Float64Array {
  if (dimension !== undefined && models[dimension]?.sums.includes(name) === true) return numbers.map((number, row) => number + sign * model(name, row))
  const neighbour = neighbours[name]
  if (neighbour === undefined) return numbers
  const others = sums[neighbour]
  return numbers.map((number, row) => number + sign * others[row]!)
}
