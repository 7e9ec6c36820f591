import { wordsOf } from './segment/uuid.ts'

/** A set of ids, each in some of up to eight kinds, that takes some 13 bytes for each. */
export interface IdTable {
  add(id: string, kind: number): void
  /** Adds the UUID whose four words begin at `at`. */
  addWords(words: Int32Array, at: number, kind: number): void
  has(id: string, kind: number): boolean
  /** Whether it is there in any kind. */
  hasAny(id: string): boolean
}

/**
 * Keeps 64 bits of a hash of each id, by open addressing. That two of ten million ids share one happens once in 370,000
 * such tables, and ids are chosen by their senders: whoever makes them alike loses own hits only. Ids that count on are not
 * alike: each half of the hash depends on all of the id.
 */
export function createIdTable(): IdTable {
  const parts = Array.from({ length: partCount }, createPart)
  /** The hash of the id that is being looked for; the first half is never 0: that marks a free slot. */
  let [high, low] = [0, 0]
  const [highSeed, lowSeed] = crypto.getRandomValues(new Int32Array(2)) as unknown as [number, number]

  function hash(id: string): void {
    const words = wordsOf(id)
    if (words !== undefined) return hashWords(words, 0)
    // FNV-1a.
    let [one, other] = [0x811c9dc5 ^ highSeed, 0x9747b28c ^ lowSeed]
    for (let index = 0; index < id.length; index++) {
      const code = id.charCodeAt(index)
      one = Math.imul(one ^ code, 0x01000193)
      other = Math.imul(other ^ code, 0x01000193)
    }
    ;[high, low] = [mix(one) || 1, mix(other)]
  }

  function hashWords(words: Int32Array, at: number): void {
    high = mixWords(highSeed, words, at) || 1
    low = mixWords(lowSeed, words, at)
  }

  const partOf = (): Part => parts[high % partCount]!

  /** The kinds of the id, a bit for each. */
  function kindsOf(id: string): number {
    hash(id)
    const part = partOf()
    return part.kinds[findSlot(part, high, low)]!
  }

  return {
    add(id, kind) {
      hash(id)
      insert(partOf(), high, low, 1 << kind)
    },
    addWords(words, at, kind) {
      hashWords(words, at)
      insert(partOf(), high, low, 1 << kind)
    },
    has: (id, kind) => (kindsOf(id) & (1 << kind)) !== 0,
    hasAny: (id) => kindsOf(id) !== 0,
  }
}

/** Parts that grow each for itself: to make room for a million ids at once would hold up answers. */
const partCount = 64

interface Part {
  /** Two halves of a hash each. */
  slots: Uint32Array
  /** A bit for each kind. */
  kinds: Uint8Array
  count: number
}

function createPart(): Part {
  return { slots: new Uint32Array(2 * 16), kinds: new Uint8Array(16), count: 0 }
}

/** Where the hash is, or would go. */
function findSlot({ slots, kinds }: Part, high: number, low: number): number {
  const mask = kinds.length - 1
  let at = low & mask
  while (slots[2 * at] !== 0 && (slots[2 * at] !== high || slots[2 * at + 1] !== low)) at = (at + 1) & mask
  return at
}

function insert(part: Part, high: number, low: number, its: number): void {
  if (part.count * 3 > part.kinds.length * 2) grow(part)
  const at = findSlot(part, high, low)
  if (part.slots[2 * at] === 0) part.count++
  part.slots[2 * at] = high
  part.slots[2 * at + 1] = low
  part.kinds[at]! |= its
}

function grow(part: Part): void {
  const { slots, kinds } = part
  Object.assign(part, { slots: new Uint32Array(2 * slots.length), kinds: new Uint8Array(2 * kinds.length), count: 0 })
  for (let at = 0; at < kinds.length; at++) if (kinds[at] !== 0) insert(part, slots[2 * at]!, slots[2 * at + 1]!, kinds[at]!)
}

/** All four words of an id. */
function mixWords(seed: number, words: Int32Array, at: number): number {
  return mix(mix(mix(mix(seed ^ words[at]!) ^ words[at + 1]!) ^ words[at + 2]!) ^ words[at + 3]!)
}

/** MurmurHash3's final mix. */
function mix(hash: number): number {
  let state = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35)
  return (state ^ (state >>> 16)) >>> 0
}
