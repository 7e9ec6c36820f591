import type { FieldTexts } from './dayColumns.ts'
import type { Codes } from './sessionIndex.ts'

/** Whose the hits are, by a column of it: equal numbers are equal texts. */
export interface PersonNumbers {
  readonly codes: Codes
  /** All are less than this. */
  readonly count: number
  /** The number of `''`; -1 where there is none. */
  readonly nobody: number
}

export type PersonField = 'visitor' | 'session'

/** Undefined where a row has no text at all. @param texts each once */
export function personsOfTexts({ values, codes }: FieldTexts): PersonNumbers | undefined {
  const none = values.indexOf(undefined)
  if (none !== -1 && codes.includes(none)) return undefined
  return { codes, count: values.length, nobody: values.indexOf('') }
}
