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

/** What a row's sums are written by: those of a row of the model, or of another column. */
export interface Basis {
  sums: Float64Array
  /** Which of these, by row; -1 for none. Without, the same row. */
  rows?: Int32Array | undefined
}

/**
 * What the numbers of a column are differences to; undefined where they are written as they are.
 * @param model its sums and the rows of the same labels
 */
export function basisOf(name: KeptSum, dimension: RollupDimension | undefined, sums: SumColumns, model: { sums: SumColumns; rows: Int32Array } | undefined): Basis | undefined {
  if (model !== undefined && dimension !== undefined && models[dimension]?.sums.includes(name) === true) return { sums: model.sums[name], rows: model.rows }
  const neighbour = neighbours[name]
  return neighbour === undefined ? undefined : { sums: sums[neighbour] }
}

/** Adds the basis to each number, or with a `sign` of -1 takes it away. */
export function addBasis(numbers: Float64Array, { sums, rows }: Basis, sign: 1 | -1): void {
  if (rows === undefined) for (let row = 0; row < numbers.length; row++) numbers[row]! += sign * sums[row]!
  else for (let row = 0; row < numbers.length; row++) if (rows[row]! >= 0) numbers[row]! += sign * sums[rows[row]!]!
}
