/** Pairs of a row and a visitor, each noted once: who is where several visitors are mixed. */
export interface SeenPairs {
  /** The place of a pair, which `isNew` tells about right after. */
  find(row: number, visitor: number): number
  readonly isNew: boolean
  clear(): void
}

/** A table with open places, at most half full: a `Map` of as many takes ten times as long. */
export function createSeenPairs(): SeenPairs {
  let size = 1024
  let rows = new Int32Array(size).fill(-1)
  let visitors = new Int32Array(size)
  let places = new Int32Array(size)
  let count = 0
  let isNew = false
  return {
    find(row, visitor) {
      if (2 * count >= size) grow()
      const slot = slotOf(row, visitor)
      isNew = rows[slot] === -1
      if (isNew) {
        rows[slot] = row
        visitors[slot] = visitor
        places[slot] = count++
      }
      return places[slot]!
    },
    get isNew() {
      return isNew
    },
    clear() {
      if (count === 0) return
      rows.fill(-1)
      count = 0
    },
  }

  function slotOf(row: number, visitor: number): number {
    let mixed = Math.imul(visitor, 0x9e3779b1) ^ Math.imul(row, 0x85ebca6b)
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0xc2b2ae35)
    let slot = (mixed ^ (mixed >>> 13)) & (size - 1)
    while (rows[slot] !== -1 && (rows[slot] !== row || visitors[slot] !== visitor)) slot = (slot + 1) & (size - 1)
    return slot
  }

  function grow(): void {
    const before = { rows, visitors, places }
    size *= 2
    rows = new Int32Array(size).fill(-1)
    visitors = new Int32Array(size)
    places = new Int32Array(size)
    for (const [at, row] of before.rows.entries()) {
      if (row === -1) continue
      const slot = slotOf(row, before.visitors[at]!)
      rows[slot] = row
      visitors[slot] = before.visitors[at]!
      places[slot] = before.places[at]!
    }
  }
}
