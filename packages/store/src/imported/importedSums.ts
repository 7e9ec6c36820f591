import { createHash } from 'node:crypto'
import type { KeptSum, RollupDimension } from '../rollup/rollup.ts'

/** What sums are by: of no dimension at all, or of the values of one. */
export type ImportedBy = 'all' | RollupDimension

/** A value and its sums, in the order of `ImportedSums.sums`. Of `all` the value is ''. */
export type ImportedRow = readonly [value: string, ...sums: number[]]

/** What another product has said of a day. */
export interface ImportedDay {
  /** `YYYY-MM-DD` in the calendar of the site. */
  day: string
  /** The day, half open, ms since 1970. */
  from: number
  to: number
  /** A value that stands here several times is added up. */
  rows: Partial<Record<ImportedBy, readonly ImportedRow[]>>
}

/**
 * Figures of whole days from a product that keeps or hands out no hits. They are not hits: whoever asks for them
 * (`Query.imports`) is told them where no filter and no second dimension needs more, and told which days they are.
 */
export interface ImportedSums {
  /** What the owner knows them by, such as the name of a file. */
  title: string
  /** Which sums there are by what. What is not named here is not known, which is not 0. */
  sums: Partial<Record<ImportedBy, readonly KeptSum[]>>
  /** Each once. */
  days: readonly ImportedDay[]
}

/** An import as it is listed. */
export interface ImportInfo {
  /** 16 hex digits of a hash of what it says: the same figures are one import, whatever they are called. */
  id: string
  title: string
  /** When it was imported, ms since 1970. */
  at: number
  days: number
  /** `YYYY-MM-DD` */
  first: string
  last: string
}

/** The id of an import. @throws RangeError for one without days, and for figures that no sum can be */
export function importId({ sums, days }: ImportedSums): string {
  if (days.length === 0) throw new RangeError('[treadlight store] an import needs at least one day')
  const hash = createHash('sha256').update(JSON.stringify(sums))
  for (const { day, from, to, rows } of days) {
    if (!/^\d{4}-\d\d-\d\d$/.test(day) || !(from < to)) throw new RangeError(`[treadlight store] an import has a day that is none: ${JSON.stringify({ day, from, to })}`)
    for (const row of Object.values(rows).flat()) assertSums(day, row)
    hash.update(JSON.stringify([day, from, to, rows]))
  }
  return hash.digest('hex').slice(0, 16)
}

function assertSums(day: string, [value, ...sums]: ImportedRow): void {
  if (!sums.every((sum) => Number.isSafeInteger(sum) && sum >= 0)) {
    throw new RangeError(`[treadlight store] sums of ${day} must be whole numbers from 0: ${JSON.stringify(value)} has ${sums.join(', ')}`)
  }
}

export function describeImport(id: string, { title, days }: ImportedSums, at: number): ImportInfo {
  const names = days.map(({ day }) => day).toSorted()
  return { id, title, at, days: days.length, first: names[0]!, last: names.at(-1)! }
}
