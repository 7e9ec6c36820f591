import type { Statistics } from 'hyparquet'
import type { ColumnBuilder, OnInexact, ReadValue } from './columnBuilder.ts'
import { packDeltas } from './deltas.ts'

/** A column of 32-bit integers. Any other number becomes null and is reported. */
export function createIntegerBuilder(rows: number, read: ReadValue<number>, onInexact: OnInexact): ColumnBuilder {
  const levels = new Uint8Array(rows)
  const values = new Int32Array(rows)
  let count = 0
  return {
    append(block, start) {
      for (let index = 0; index < block.length; index++) {
        const value = read(block[index]!, start + index)
        if (value === undefined) continue
        const integer = value | 0
        if (integer === value) {
          levels[start + index] = 1
          values[count++] = integer
        } else onInexact(block[index]!, start + index)
      }
    },
    finish: () => ({ levels, encoding: 'DELTA_BINARY_PACKED', values: packDeltas(0, values.subarray(0, count), 'INT32') }),
  }
}

/**
 * A column of times, ms since 1970, as 64-bit integers. What is no integer, or weeks away from the first one, becomes
 * null and is reported.
 */
export function createTimeBuilder(rows: number, read: ReadValue<number>, onInexact: OnInexact): ColumnBuilder {
  const levels = new Uint8Array(rows)
  const offsets = new Int32Array(rows)
  let base: number | undefined
  let count = 0
  return {
    append(block, start) {
      for (let index = 0; index < block.length; index++) {
        const value = read(block[index]!, start + index)
        const isInteger = Number.isSafeInteger(value)
        if (isInteger) base ??= value
        const offset = value! - base!
        if (isInteger && (offset | 0) === offset) {
          levels[start + index] = 1
          offsets[count++] = offset
        } else onInexact(block[index]!, start + index)
      }
    },
    finish() {
      const used = offsets.subarray(0, count)
      const statistics = statisticsOf(base, used, rows - count)
      return { levels, encoding: 'DELTA_BINARY_PACKED', values: packDeltas(base ?? 0, used, 'INT64'), statistics }
    },
  }
}

/** A column of flags. What is no boolean becomes null and is reported. */
export function createBooleanBuilder(rows: number, read: ReadValue<boolean>, onInexact: OnInexact): ColumnBuilder {
  const levels = new Uint8Array(rows)
  const bits = new Uint8Array(Math.ceil(rows / 8))
  let count = 0
  return {
    append(block, start) {
      for (let index = 0; index < block.length; index++) {
        const value = read(block[index]!, start + index)
        if (value === undefined) continue
        if (typeof value === 'boolean') {
          levels[start + index] = 1
          if (value) bits[count >> 3]! |= 1 << (count & 7)
          count++
        } else onInexact(block[index]!, start + index)
      }
    },
    finish: () => ({ levels, encoding: 'PLAIN', values: bits.subarray(0, Math.ceil(count / 8)) }),
  }
}

function statisticsOf(base: number | undefined, offsets: Int32Array, nulls: number): Statistics {
  if (base === undefined) return { null_count: BigInt(nulls) }
  let min = 0
  let max = 0
  for (const offset of offsets) {
    if (offset < min) min = offset
    if (offset > max) max = offset
  }
  return { min_value: BigInt(base + min), max_value: BigInt(base + max), null_count: BigInt(nulls) }
}
