import { Buffer } from 'node:buffer'

/** Numbers texts by their bytes: equal ones have one number, from 0 on. */
export interface TextNumbers {
  readonly count: number
  /** The number of the bytes `[start, end)`, a new one if they have none yet. The bytes must stay as they are. */
  add(bytes: Uint8Array, start: number, end: number): number
}

/** Of so many bytes each has a factor of its own; longer texts are rare, and are told apart by a map. */
const mostHashed = 256

/**
 * By open addressing, since strings would take most of the time. Multiplied by numbers that nobody knows: texts are
 * chosen by their senders, who must not be able to have them all in one place.
 * @param most how many there will be at the most
 */
export function createTextNumbers(most: number): TextNumbers {
  const mask = 2 ** Math.ceil(Math.log2(2 * most + 2)) - 1
  const shift = Math.clz32(mask)
  /** Numbers from 1; 0 is free. */
  const slots = new Int32Array(mask + 1)
  const hashes = new Int32Array(most)
  const starts = new Uint32Array(most)
  const ends = new Uint32Array(most)
  const sources: Uint8Array[] = []
  const sourceOf = new Uint32Array(most)
  const long = new Map<string, number>()
  const factors = crypto.getRandomValues(new Int32Array(mostHashed / 2 + 1)).map((factor) => factor | 1)
  let count = 0

  /** Two bytes at a time. The length has a factor too. */
  function hash(bytes: Uint8Array, start: number, end: number): number {
    let sum = Math.imul(end - start, factors[mostHashed / 2]!)
    let [at, factor] = [start, 0]
    for (; at + 1 < end; at += 2) sum = (sum + Math.imul((bytes[at]! | (bytes[at + 1]! << 8)) + 1, factors[factor++]!)) | 0
    return at < end ? (sum + Math.imul(bytes[at]! + 1, factors[factor]!)) | 0 : sum
  }

  function isSame(number: number, bytes: Uint8Array, start: number, end: number): boolean {
    const [known, from] = [sources[sourceOf[number]!]!, starts[number]!]
    if (ends[number]! - from !== end - start) return false
    for (let at = 0; at < end - start; at++) if (known[from + at] !== bytes[start + at]) return false
    return true
  }

  function addLong(bytes: Uint8Array, start: number, end: number): number {
    const text = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1')
    const known = long.get(text) ?? count++
    long.set(text, known)
    return known
  }

  return {
    get count() {
      return count
    },
    add(bytes, start, end) {
      if (end - start > mostHashed) return addLong(bytes, start, end)
      const its = hash(bytes, start, end)
      let slot = its >>> shift
      for (let number = slots[slot]!; number !== 0; number = slots[slot]!) {
        if (hashes[number - 1] === its && isSame(number - 1, bytes, start, end)) return number - 1
        slot = (slot + 1) & mask
      }
      if (sources.at(-1) !== bytes) sources.push(bytes)
      hashes[count] = its
      starts[count] = start
      ends[count] = end
      sourceOf[count] = sources.length - 1
      slots[slot] = ++count
      return count - 1
    },
  }
}
