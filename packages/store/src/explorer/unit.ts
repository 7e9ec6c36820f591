import type { StoredHit } from '../hit.ts'
import type { Texts } from './texts.ts'

/** The fields that a page may be asked for by their text. */
export const unitFields = ['type', 'user', 'url', 'source', 'medium', 'session', 'title', 'visitor', 'name', 'path'] as const
export type UnitField = (typeof unitFields)[number]

/** Some hits of a home day that may be shown, by the column: of those nobody asks for no object is made. */
export interface Unit {
  /** What tells it apart from all others of the site, ever: of one that has changed too. */
  readonly key: string
  readonly day: string
  readonly rows: number
  /** When its hits were at most, ms since 1970, both inclusive. */
  readonly from: number
  readonly to: number
  times(): Promise<Float64Array>
  ids(): Promise<UnitIds>
  /** Whether an id may contain a text in lower case: without reading any. */
  mayHaveId(search: string): boolean
  /** These columns, '' for hits that have none. The user is whom the session is linked to, where the hit names none. */
  texts(fields: readonly UnitField[]): Promise<UnitTexts[]>
  /** The hits of some rows, in their order. @throws OutdatedError if they are not as they were */
  hits(rows: readonly number[]): Promise<StoredHit[]>
}

/** Distinct texts, a text may be there twice, and the one of each row. */
export interface UnitTexts {
  texts: Texts
  codes: Uint16Array | Uint32Array
}

export interface UnitIds {
  text(row: number): string
  /** Sets the rows whose id contains a text in lower case. */
  mark(search: string, rows: Uint8Array): void
}

/** Something was moved, taken or found damaged since: ask again. */
export class OutdatedError extends Error {}

/** Of memory, about. */
export function weighTexts({ texts, codes }: UnitTexts): number {
  return texts.bytes + codes.byteLength
}
