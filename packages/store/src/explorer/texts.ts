import { Buffer } from 'node:buffer'
import { compareText } from '../byTime.ts'

/**
 * Texts one behind the other in UTF-8, so that a hundred thousand of them are looked through in a millisecond and no
 * garbage collector has to. A lone surrogate becomes a replacement character.
 */
export interface Texts {
  readonly count: number
  text(code: number): string
  /** Which of them are this one: 1 by code. Undefined if none is. */
  equal(text: string): Uint8Array | undefined
  /** Which of them contain a text in lower case, whatever their own case: 1 by code. Undefined if none does. */
  containing(text: string): Uint8Array | undefined
  /** The codes in the order of their texts, by code units. */
  order(): Uint32Array
  /** Of memory, with what is made when it is asked for, about. */
  readonly bytes: number
}

/** Before each text stand four bytes, as in a dictionary of Parquet. */
const gap = 4

export function textsOf(values: readonly string[]): Texts {
  const parts = values.map((value) => Buffer.from(value))
  const bytes = Buffer.alloc(parts.reduce((sum, { length }) => sum + gap + length, 0))
  let at = 0
  for (const part of parts) {
    bytes.writeUInt32LE(part.length, at)
    bytes.set(part, at + gap)
    at += gap + part.length
  }
  return createTexts(bytes, values.length)
}

/** @param bytes of `count` texts, each behind its length in four bytes; they are not copied */
export function createTexts(bytes: Buffer, count: number): Texts {
  const starts = new Uint32Array(count + 1)
  for (let code = 0, at = gap; code <= count; code++) {
    starts[code] = at
    if (code < count) at += gap + bytes.readUInt32LE(at - gap)
    if (at - gap > bytes.length) throw new Error('a text is longer than its dictionary')
  }
  let folded: Folded | undefined
  let order: Uint32Array | undefined
  const text = (code: number) => bytes.toString('utf8', starts[code]!, starts[code + 1]! - gap)

  return {
    count,
    text,
    equal(value) {
      const wanted = Buffer.from(value)
      return find({ bytes, starts }, wanted, (start, end) => end - start === wanted.length)
    },
    containing(value) {
      folded ??= foldCase(bytes, starts, text)
      return find(folded, Buffer.from(value), () => true)
    },
    order: () => (order ??= sortCodes(count, text)),
    bytes: 2 * bytes.length + 12 * count,
  }
}

type Folded = { bytes: Buffer; starts: Uint32Array }

/** Looks for a text in all of them at once: what is found across two of them is none. */
function find({ bytes, starts }: Folded, wanted: Buffer, isWanted: (start: number, end: number) => boolean): Uint8Array | undefined {
  const count = starts.length - 1
  let found: Uint8Array | undefined
  let code = 0
  for (let from = 0; ; ) {
    const at = wanted.length === 0 ? nextEmpty(starts, code) : bytes.indexOf(wanted, from)
    if (at === -1) return found
    code = codeAt(starts, at, code)
    if (code >= count) return found
    const [start, end] = [starts[code]!, starts[code + 1]! - gap]
    const isWithin = at >= start && at + wanted.length <= end
    if (isWithin && isWanted(start, end)) (found ??= new Uint8Array(count))[code] = 1
    // What is part of a longer text is not looked for again in it, and what was across two may still be in the second.
    if (isWithin) from = end
    else from = at + 1
    if (isWithin) code++
  }
}

function nextEmpty(starts: Uint32Array, from: number): number {
  for (let code = from; code < starts.length - 1; code++) if (starts[code + 1] === starts[code]! + gap) return starts[code]!
  return -1
}

/** The text that ends behind a place, from one on that begins before it. */
function codeAt(starts: Uint32Array, at: number, from: number): number {
  let [low, high, step] = [from, from, 1]
  while (high < starts.length - 1 && starts[high + 1]! - gap <= at && starts[high]! !== at) {
    low = high + 1
    high = Math.min(starts.length - 1, high + step)
    step *= 2
  }
  while (low < high) {
    const middle = (low + high) >> 1
    if (starts[middle + 1]! - gap <= at && starts[middle]! !== at) low = middle + 1
    else high = middle
  }
  return low
}

/** In lower case, as `toLowerCase` has it. Most dictionaries are as they are. */
function foldCase(bytes: Buffer, starts: Uint32Array, text: (code: number) => string): Folded {
  const count = starts.length - 1
  let isAscii = true
  let isLower = true
  for (let code = 0; code < count; code++) {
    for (let at = starts[code]!; at < starts[code + 1]! - gap; at++) {
      const byte = bytes[at]!
      if (byte > 127) isAscii = false
      else if (byte >= 65 && byte <= 90) isLower = false
    }
  }
  if (isAscii && isLower) return { bytes, starts }
  if (!isAscii) return foldEach(count, text)
  const folded = Buffer.from(bytes)
  for (let at = 0; at < folded.length; at++) if (folded[at]! >= 65 && folded[at]! <= 90) folded[at]! += 32
  return { bytes: folded, starts }
}

function foldEach(count: number, text: (code: number) => string): Folded {
  const parts = Array.from({ length: count }, (_, code) => Buffer.from(text(code).toLowerCase()))
  const starts = new Uint32Array(count + 1)
  starts[0] = gap
  for (let code = 0; code < count; code++) starts[code + 1] = starts[code]! + parts[code]!.length + gap
  const bytes = Buffer.alloc(starts[count]!)
  for (let code = 0; code < count; code++) bytes.set(parts[code]!, starts[code]!)
  return { bytes, starts }
}

function sortCodes(count: number, text: (code: number) => string): Uint32Array {
  const texts = Array.from({ length: count }, (_, code) => text(code))
  return new Uint32Array(count).map((_, code) => code).sort((a, b) => compareText(texts[a]!, texts[b]!))
}
