/** A set of ids, each in one of several kinds, that takes some 12 bytes for each. */
export interface IdTable {
  add(id: string, kind: number): void
  has(id: string, kind: number): boolean
  /** Whether it is there in any kind. */
  hasAny(id: string, kinds: number): boolean
}

/**
 * Keeps 64 bits of a hash of each id, by open addressing. That two of ten million ids share one happens once in 370,000
 * such tables, and ids are chosen by their senders: whoever makes them alike loses own hits only.
 */
export function createIdTable(): IdTable {
  let slots = new Uint32Array(2 * 1024)
  let count = 0

  function insert(high: number, low: number): void {
    const slot = find(high, low)
    if (slots[slot] === high && slots[slot + 1] === low) return
    slots[slot] = high
    slots[slot + 1] = low
    count++
  }

  /** Where the hash is, or would go. */
  function find(high: number, low: number): number {
    const mask = slots.length / 2 - 1
    let at = low & mask
    while ((slots[2 * at] !== 0 || slots[2 * at + 1] !== 0) && (slots[2 * at] !== high || slots[2 * at + 1] !== low)) at = (at + 1) & mask
    return 2 * at
  }

  function grow(): void {
    const old = slots
    slots = new Uint32Array(2 * old.length)
    count = 0
    for (let at = 0; at < old.length; at += 2) {
      const [high = 0, low = 0] = [old[at], old[at + 1]]
      if (high !== 0 || low !== 0) insert(high, low)
    }
  }

  return {
    add(id, kind) {
      if (count * 3 > slots.length) grow()
      insert(hash(id, 0x811c9dc5), ofKind(hash(id, 0x9747b28c), kind))
    },
    has: (id, kind) => isThere(hash(id, 0x811c9dc5), ofKind(hash(id, 0x9747b28c), kind)),
    hasAny(id, kinds) {
      if (count === 0) return false
      const [high, low] = [hash(id, 0x811c9dc5), hash(id, 0x9747b28c)]
      for (let kind = 0; kind < kinds; kind++) if (isThere(high, ofKind(low, kind))) return true
      return false
    },
  }

  function isThere(high: number, low: number): boolean {
    const slot = find(high, low)
    return slots[slot] === high && slots[slot + 1] === low
  }
}

/** Another number for each kind, and never 0. */
function ofKind(low: number, kind: number): number {
  return (Math.imul(low ^ (kind + 1), 0x9e3779b1) >>> 0) || 1
}

/** FNV-1a with a final mix (MurmurHash3's), never 0: that marks a free slot. */
function hash(text: string, seed: number): number {
  let state = seed
  for (let index = 0; index < text.length; index++) state = Math.imul(state ^ text.charCodeAt(index), 0x01000193)
  state = Math.imul(state ^ (state >>> 16), 0x85ebca6b)
  state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35)
  return ((state ^ (state >>> 16)) >>> 0) || 1
}
