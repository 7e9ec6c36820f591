import { screenClass } from '../dimensions.ts'
import type { Codes } from './sessionIndex.ts'

/** The fields that an index keeps the texts of. */
export const textFields = [
  'path',
  'hostname',
  'name',
  'source',
  'referrerHost',
  'medium',
  'campaign',
  'term',
  'content',
  'referrer',
  'channel',
  'browser',
  'browserVersion',
  'os',
  'osVersion',
  'device',
  'country',
  'region',
  'city',
  'screen',
  'language',
] as const
export type TextField = (typeof textFields)[number]

/** The texts of a field by row; a value may be there twice, and undefined is one. */
export interface FieldTexts {
  readonly values: readonly (string | undefined)[]
  readonly codes: Codes
}

/** `type` of a row. */
export const pageview = 0
export const event = 1
export const engagement = 2

/**
 * The hits of one home day that may be shown, by the column and in any order: what an index is built from, so that no
 * hit has to be made where the hits stand in columns already.
 */
export interface DayColumns {
  /** `YYYY-MM-DD` */
  readonly day: string
  readonly rows: number
  /** `pageview`, `event` or `engagement`. */
  readonly type: Uint8Array
  /** ms since 1970: integers. */
  readonly time: Float64Array
  /** 1 where the hit says `interactive: false`. */
  readonly isPassive: Uint8Array
  /** Equal numbers are one visitor, see `visitorKey`, and one group of hits that visits are made of, see `deriveSessions`. From 0, less than `keys`. */
  readonly visitor: Uint32Array
  readonly group: Uint32Array
  readonly keys: number
  /** What `deriveEngagement` says of a pageview's view: not negative, less than 2 ** 32; NaN where nobody told, and of no meaning for others. */
  readonly engaged: Float64Array
  readonly scroll: Float64Array
  /** The order of the ids of two rows, by code units. */
  compareIds(a: number, b: number): number
  text(field: TextField): FieldTexts
  /** What each brought: see `revenueText`. */
  revenue(): FieldTexts
  /** As JSON; undefined or '' where there are none. */
  props(): FieldTexts
}

/** Most that is kept of engaged times and scroll depths: sums of integers are the same in any order. */
export const mostEngaged: number = 2 ** 32 - 2

/** The class of each screen, '' where nobody told. */
export function classesOf({ values, codes }: FieldTexts): FieldTexts {
  return { values: values.map((screen) => (screen === undefined ? '' : screenClass(Number.parseInt(screen)))), codes }
}
