import type { StoredHit } from '../hit.ts'
import type { ChunkData } from './writeChunk.ts'

/**
 * Takes up the values of one column. Rows come in blocks that all columns take up in turn: a block stays in the
 * processor's cache, where going through all rows once per column would fetch every hit from memory thirty times.
 */
export interface ColumnBuilder<T = StoredHit> {
  /** @param start row of the first one in its row group */
  append(rows: readonly T[], start: number): void
  finish(): ChunkData
}

/** A value; undefined is null. */
export type ReadValue<V, T = StoredHit> = (row: T, index: number) => V | undefined

/** Told of a value that cannot be written as it is. */
export type OnInexact<T = StoredHit> = (row: T, index: number) => void
