import type { SectionReader, SectionWriter } from './sections.ts'
import type { ChunkData } from './writeChunk.ts'

/** Numbers of rows, in the order in which they are to be written. */
export type Rows = Uint32Array

/**
 * The values of one field, packed: hits that are kept as objects take several times the memory, and a garbage collector
 * goes through all of them again and again. Rows are added at the end and never change.
 */
export interface Column<V> {
  /**
   * Gives a row behind all that have a value its own. No row has one by default.
   * @returns false if the column cannot hold the value: `get` answers another one then, or none
   */
  set(row: number, value: V | undefined): boolean
  get(row: number): V | undefined
  /** The values of these rows, at most `rowGroupSize` of them, as Parquet has them. */
  encode(rows: Rows): ChunkData
  /**
   * Writes the values of these rows as they are held, in far less time than Parquet takes.
   * @returns what `unpack` is to be told, JSON; undefined where none of them has a value
   */
  pack(rows: Rows, out: SectionWriter): unknown
  /** Takes up into an empty column the values of as many rows as were packed. @param how what `pack` said */
  unpack(how: unknown, from: SectionReader, rows: number): void
}

/** How many rows to make room for when one more is to be had, so that each is moved twice at most. */
export function roomFor(row: number): number {
  return Math.max(64, 2 * row)
}
