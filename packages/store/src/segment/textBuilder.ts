import { Buffer } from 'node:buffer'
import { ByteWriter } from 'hyparquet-writer'
import type { StoredHit } from '../hit.ts'
import type { ColumnBuilder, OnInexact, ReadValue } from './columnBuilder.ts'
import { writeHybrid, type HybridWidth } from './hybrid.ts'

/**
 * A column of texts, as codes into a dictionary. What is no text becomes null and a text with lone surrogates, which
 * UTF-8 cannot say, gets replacement characters; both are reported.
 *
 * @param rows how many there will be; at most 65,536, so that codes have 16 bits
 */
export function createTextBuilder<T = StoredHit>(
  rows: number,
  read: ReadValue<string, T>,
  onInexact: OnInexact<T> = () => {},
): ColumnBuilder<T> {
  const codeOf = new Map<string, number>()
  const inexact = new Set<string>()
  let hasInexact = false
  /** Of the rows that are not null, without gaps. */
  const codes = new Uint16Array(rows)
  const levels = new Uint8Array(rows)
  let count = 0
  let last: string | undefined
  let lastCode = 0

  function addValue(value: string): number {
    const code = codeOf.size
    codeOf.set(value, code)
    if (!value.isWellFormed()) {
      inexact.add(value)
      hasInexact = true
    }
    return code
  }

  return {
    append(block, start) {
      // In variables of its own: those around it are reached through memory.
      let [end, text, code] = [count, last, lastCode]
      for (let index = 0; index < block.length; index++) {
        const value = read(block[index]!, start + index)
        if (value === undefined) continue
        // Most values are the neighbour's, since rows are sorted by visitor.
        if (value !== text) {
          if (typeof value !== 'string') {
            onInexact(block[index]!, start + index)
            continue
          }
          code = codeOf.get(value) ?? addValue(value)
          text = value
        }
        if (hasInexact && inexact.has(value)) onInexact(block[index]!, start + index)
        codes[end++] = code
        levels[start + index] = 1
      }
      ;[count, last, lastCode] = [end, text, code]
    },
    finish: () => ({ levels, encoding: 'RLE_DICTIONARY', ...encodeDictionary([...codeOf.keys()], codes.subarray(0, count)) }),
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
