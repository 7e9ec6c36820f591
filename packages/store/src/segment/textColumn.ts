import { Buffer } from 'node:buffer'
import { ByteWriter } from 'hyparquet-writer'
import { roomFor, type Column, type Rows } from './column.ts'
import { writeHybrid, type HybridWidth } from './hybrid.ts'

export interface TextColumn extends Column<string> {
  /** For each of the rows the place of its value among all that they have, by code units: 0 for none, then 1, 2 … */
  rank(rows: Rows): Uint32Array
}

/** So many codes have 16 bits. */
const maxShortCodes = 65_536

/**
 * Texts, as codes into a dictionary. A text with lone surrogates, which UTF-8 cannot say, is held with replacement
 * characters.
 */
export function createTextColumn(): TextColumn {
  /** By their codes; 0 is none. */
  const values: string[] = ['']
  const codeOf = new Map<string, number>()
  const inexact = new Set<string>()
  let codes: Uint16Array | Uint32Array = new Uint16Array(0)
  let last: string | undefined
  let lastCode = 0

  function addValue(value: string): number {
    const exact = value.toWellFormed()
    if (exact !== value) inexact.add(value)
    let code = exact === value ? undefined : codeOf.get(exact)
    if (code === undefined) {
      code = values.push(exact) - 1
      codeOf.set(exact, code)
      if (code === maxShortCodes) codes = Uint32Array.from(codes)
    }
    codeOf.set(value, code)
    return code
  }

  function grow(row: number): void {
    const old = codes
    codes = values.length > maxShortCodes ? new Uint32Array(roomFor(row)) : new Uint16Array(roomFor(row))
    codes.set(old)
  }

  const codeAt = (row: number): number => (row < codes.length ? codes[row]! : 0)

  return {
    set(row, value) {
      if (value === undefined) return true
      // Many have the value of the one before.
      if (value !== last) {
        if (typeof value !== 'string') return false
        lastCode = codeOf.get(value) ?? addValue(value)
        last = value
      }
      if (row >= codes.length) grow(row)
      codes[row] = lastCode
      return inexact.size === 0 || !inexact.has(value)
    },
    get(row) {
      const code = codeAt(row)
      return code === 0 ? undefined : values[code]
    },
    rank(rows) {
      const present = new Set<string>()
      for (const row of rows) if (codeAt(row) !== 0) present.add(values[codeAt(row)]!)
      const rankOf = new Uint32Array(values.length)
      for (const [index, value] of [...present].sort().entries()) rankOf[codeOf.get(value)!] = index + 1
      return rows.map((row) => rankOf[codeAt(row)]!)
    },
    encode(rows) {
      const levels = new Uint8Array(rows.length)
      /** Of the rows that have a value, without gaps. */
      const dense = new Uint16Array(values.length === 1 ? 0 : rows.length)
      /** The distinct ones in the order in which they come, and where each of them stands there, from 1. */
      const distinct: string[] = []
      const placeOf = new Uint16Array(values.length)
      let count = 0
      for (let at = 0; at < rows.length && values.length > 1; at++) {
        const code = codeAt(rows[at]!)
        if (code === 0) continue
        if (placeOf[code] === 0) placeOf[code] = distinct.push(values[code]!)
        levels[at] = 1
        dense[count++] = placeOf[code]! - 1
      }
      return { levels, encoding: 'RLE_DICTIONARY', ...encodeDictionary(distinct, dense.subarray(0, count)) }
    },
  }
}

interface EncodedDictionary {
  values: Uint8Array
  dictionary: { bytes: Uint8Array; count: number }
}

function encodeDictionary(values: readonly string[], codes: Uint16Array): EncodedDictionary {
  const width: HybridWidth = values.length > 256 ? 16 : 8
  const writer = new ByteWriter(codes.length * 2 + 16)
  writer.appendUint8(width)
  writeHybrid(writer, codes, width)
  return { values: writer.getBytes(), dictionary: { bytes: encodePlain(values), count: values.length } }
}

/** Each value in UTF-8 behind its length. */
function encodePlain(values: readonly string[]): Uint8Array {
  const size = values.reduce((bytes, value) => bytes + 4 + value.length * 3, 0)
  const bytes = Buffer.allocUnsafe(size)
  let offset = 0
  for (const value of values) {
    const length = bytes.write(value, offset + 4)
    bytes.writeUInt32LE(length, offset)
    offset += 4 + length
  }
  return bytes.subarray(0, offset)
}
