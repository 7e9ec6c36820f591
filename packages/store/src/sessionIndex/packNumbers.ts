import { Buffer } from 'node:buffer'
import type { Codes } from './sessionIndex.ts'

/** Numbers of a block. */
const blockSize = 256
const widest = 32

/** How numbers of 32 bits are written: whichever takes less. */
export type Packing = 'runs' | 'blocks'

/** Words are written with the lowest byte first, as nearly all machines have them. */
const isForeign = new Uint8Array(new Uint16Array([1]).buffer)[0] === 0

/**
 * Packs numbers below 2 ** 32. As runs, each a value and how often it comes; or in blocks, each with just as many bits as
 * most of its numbers need, and what is left of the others behind all blocks. No general compression: it saves a fifth
 * more and takes ten times as long to undo, which every question would wait for.
 */
export function packNumbers(numbers: Codes): { packing: Packing; bytes: Uint8Array } {
  const runs = countRuns(numbers)
  // A bit for each number is the least that blocks take which are not all 0, and a run takes some three bytes.
  if (24 * runs <= numbers.length) return { packing: 'runs', bytes: packRuns(numbers, runs) }
  const blocks = planBlocks(numbers)
  if (2 * runs >= blocks.bytes) return { packing: 'blocks', bytes: packBlocks(numbers, blocks) }
  const bytes = packRuns(numbers, runs)
  return bytes.length < blocks.bytes ? { packing: 'runs', bytes } : { packing: 'blocks', bytes: packBlocks(numbers, blocks) }
}

/** @param most the largest of them: says how wide the array is */
export function unpackNumbers(bytes: Uint8Array, packing: Packing, count: number, most: number): Codes {
  const numbers = most < 2 ** 8 ? new Uint8Array(count) : most < 2 ** 16 ? new Uint16Array(count) : new Uint32Array(count)
  if (packing === 'runs') unpackRuns(bytes, numbers)
  else unpackBlocks(bytes, numbers)
  return numbers
}

export function countRuns(numbers: Codes): number {
  let runs = 0
  let last = -1
  for (let at = 0; at < numbers.length; at++) {
    const value = numbers[at]!
    if (value === last) continue
    runs++
    last = value
  }
  return runs
}

export function packRuns(numbers: Codes, runs: number): Uint8Array {
  const bytes = new Uint8Array(10 * runs)
  let end = 0
  for (let at = 0; at < numbers.length; ) {
    const start = at
    const value = numbers[at++]!
    while (at < numbers.length && numbers[at] === value) at++
    end = writeVarint(bytes, writeVarint(bytes, end, value), at - start)
  }
  return bytes.subarray(0, end)
}

function unpackRuns(bytes: Uint8Array, numbers: Codes): void {
  let at = 0
  for (let row = 0; row < numbers.length; ) {
    let [value, length] = [0, 0]
    let byte: number
    let scale = 1
    do {
      byte = bytes[at++]!
      value += (byte & 127) * scale
      scale *= 128
    } while (byte > 127)
    scale = 1
    do {
      byte = bytes[at++]!
      length += (byte & 127) * scale
      scale *= 128
    } while (byte > 127)
    if (!(length > 0 && length <= numbers.length - row)) throw new Error('a run is longer than its column')
    // A call of `fill` costs as much as some ten numbers.
    if (length > 16) numbers.fill(value, row, row + length)
    else for (let its = row; its < row + length; its++) numbers[its] = value
    row += length
  }
}

interface Blocks {
  /** Bits of each number of a block. */
  widths: Uint8Array
  /** Numbers of a block that need more. */
  counts: Uint8Array
  /** Of the words of all blocks. */
  words: number
  /** About what it takes. */
  bytes: number
}

function planBlocks(numbers: Codes): Blocks {
  const count = Math.ceil(numbers.length / blockSize)
  const blocks: Blocks = { widths: new Uint8Array(count), counts: new Uint8Array(count), words: 0, bytes: 2 * count + 4 }
  const needing = new Uint32Array(widest + 1)
  for (let block = 0; block < count; block++) {
    const start = block * blockSize
    const end = Math.min(numbers.length, start + blockSize)
    needing.fill(0)
    let widestHere = 0
    for (let row = start; row < end; row++) {
      const bits = widest - Math.clz32(numbers[row]!)
      needing[bits]!++
      if (bits > widestHere) widestHere = bits
    }
    let [width, wider, least] = [widestHere, 0, Infinity]
    for (let bits = widestHere; bits >= 0; bits--) {
      // A place of a byte, and what is left by seven bits.
      const cost = wider > 255 ? Infinity : bits * blockSize + wider * (8 + 8 * Math.ceil((widestHere - bits) / 7))
      if (cost < least) {
        least = cost
        width = bits
        blocks.counts[block] = wider
      }
      wider += needing[bits]!
    }
    blocks.widths[block] = width
    blocks.words += (width * blockSize) / 32
    blocks.bytes += least / 8
  }
  return blocks
}

/** Widths, counts, filled up to whole words; the words; the places of the numbers that need more; what is left of these. */
function packBlocks(numbers: Codes, { widths, counts, words }: Blocks): Uint8Array {
  const exceptions = counts.reduce((sum, count) => sum + count, 0)
  const wordsStart = Math.ceil((2 * widths.length) / 4) * 4
  const placesStart = wordsStart + 4 * words
  const packed = new Uint8Array(placesStart + exceptions * 6)
  packed.set(widths)
  packed.set(counts, widths.length)
  const out = new Int32Array(packed.buffer, wordsStart, words)
  let [word, place, rest] = [0, placesStart, placesStart + exceptions]
  for (let block = 0; block < widths.length; block++) {
    const start = block * blockSize
    const end = Math.min(numbers.length, start + blockSize)
    const width = widths[block]!
    const mask = width === 32 ? -1 : (1 << width) - 1
    for (let row = start, bit = 0; row < end && width > 0; row++, bit += width) {
      const value = numbers[row]! & mask
      const at = word + (bit >>> 5)
      const shift = bit & 31
      out[at]! |= value << shift
      if (shift + width > 32) out[at + 1]! |= value >>> (32 - shift)
    }
    word += width * (blockSize / 32)
    if (counts[block] === 0) continue
    for (let row = start; row < end; row++) {
      if (width === 32 || numbers[row]! >>> width === 0) continue
      packed[place++] = row - start
      rest = writeVarint(packed, rest, numbers[row]! >>> width)
    }
  }
  if (isForeign) Buffer.from(packed.buffer, wordsStart, 4 * words).swap32()
  return packed.subarray(0, rest)
}

function unpackBlocks(bytes: Uint8Array, numbers: Codes): void {
  const blocks = Math.ceil(numbers.length / blockSize)
  const wordsStart = Math.ceil((2 * blocks) / 4) * 4
  if (bytes.length < wordsStart) throw new Error('a column is too short')
  const widths = bytes.subarray(0, blocks)
  const counts = bytes.subarray(blocks, 2 * blocks)
  let [bits, exceptions] = [0, 0]
  for (let block = 0; block < blocks; block++) {
    bits += widths[block]! * blockSize
    exceptions += counts[block]!
  }
  const placesStart = wordsStart + bits / 8
  if (bytes.length < placesStart + exceptions) throw new Error('a column is too short')
  const words = wordsOf(bytes, wordsStart, placesStart)
  let [word, place, rest] = [0, placesStart, placesStart + exceptions]
  for (let block = 0; block < blocks; block++) {
    const start = block * blockSize
    const width = widths[block]!
    unpackBlock(words, word, width, numbers, start, Math.min(numbers.length, start + blockSize))
    word += width * (blockSize / 32)
    for (let count = counts[block]!; count > 0; count--) {
      let [left, scale, byte] = [0, 2 ** width, 0]
      do {
        byte = bytes[rest++]!
        left += (byte & 127) * scale
        scale *= 128
      } while (byte > 127)
      numbers[start + bytes[place++]!]! += left
    }
  }
}

/** The words of a column, where they stand if they may be read there. */
function wordsOf(bytes: Uint8Array, start: number, end: number): Int32Array {
  const from = bytes.byteOffset + start
  if (!isForeign && from % 4 === 0) return new Int32Array(bytes.buffer, from, (end - start) / 4)
  const copy = Uint8Array.from(bytes.subarray(start, end))
  if (isForeign) Buffer.from(copy.buffer).swap32()
  return new Int32Array(copy.buffer)
}

function unpackBlock(words: Int32Array, first: number, width: number, numbers: Codes, start: number, end: number): void {
  if (width === 0) return
  const mask = width === 32 ? -1 : (1 << width) - 1
  if (32 % width === 0) {
    // None lies across two words.
    for (let row = start, at = first; row < end; at++) {
      let word = words[at]!
      const stop = Math.min(end, row + 32 / width)
      for (; row < stop; row++) {
        numbers[row] = word & mask
        word >>>= width
      }
    }
    return
  }
  for (let row = start, bit = 0; row < end; row++, bit += width) {
    const at = first + (bit >>> 5)
    const shift = bit & 31
    const low = words[at]! >>> shift
    numbers[row] = (shift + width > 32 ? low | (words[at + 1]! << (32 - shift)) : low) & mask
  }
}

function writeVarint(bytes: Uint8Array, at: number, value: number): number {
  let [rest, end] = [value, at]
  for (; rest > 127; rest >>>= 7) bytes[end++] = (rest & 127) | 128
  bytes[end++] = rest
  return end
}
