import { wordsOf } from './segment/uuid.ts'
import type { UuidColumn } from './segment/uuidColumn.ts'

/** Finds the rows of an id among facts that are held by the column. */
export interface IdIndex {
  /** The first row of the id; -1 if there is none. */
  find(id: string): number
  /** Takes up a row whose id no other row has so far. */
  add(row: number, id: string): void
  /** The same without making the id a text. @param id where it is no UUID */
  addRow(row: number, id: string | undefined): void
}

/**
 * Four bytes for each slot, by open addressing, at most two thirds of them taken. Where an id goes depends on numbers that
 * nobody outside knows: ids are chosen by their senders, who might choose them to collide.
 *
 * @param room for so many rows
 */
export function createIdIndex(ids: UuidColumn, room = 0): IdIndex {
  /** A row and 1; 0 is free. */
  let slots = new Int32Array(Math.max(64, 2 ** Math.ceil(Math.log2(2 * room + 1))))
  let count = 0
  const factors = crypto.getRandomValues(new Int32Array(4)).map((factor) => factor | 1)
  /** Of ids that are no UUIDs. */
  const others = new Map<string, number>()

  /** The slot of the id whose four words begin at `at`, or the one where it would go. */
  function slotOf(words: Int32Array, at: number): number {
    let state = 0
    for (let word = 0; word < 4; word++) {
      state = Math.imul(state ^ words[at + word]!, factors[word]!)
      state ^= state >>> 15
    }
    const mask = slots.length - 1
    const held = ids.words
    for (let slot = state & mask; ; slot = (slot + 1) & mask) {
      const other = 4 * (slots[slot]! - 1)
      if (other < 0) return slot
      if (held[other] === words[at] && held[other + 1] === words[at + 1] && held[other + 2] === words[at + 2] && held[other + 3] === words[at + 3]) return slot
    }
  }

  function grow(): void {
    const old = slots
    slots = new Int32Array(2 * old.length)
    for (const entry of old) if (entry !== 0) slots[slotOf(ids.words, 4 * (entry - 1))] = entry
  }

  function addRow(row: number, other: string | undefined): void {
    if (other !== undefined) {
      others.set(other, row)
      return
    }
    if (++count * 3 > slots.length * 2) grow()
    slots[slotOf(ids.words, 4 * row)] = row + 1
  }

  return {
    find(id) {
      const words = wordsOf(id)
      return words === undefined ? (others.get(id) ?? -1) : slots[slotOf(words, 0)]! - 1
    },
    add: (row, id) => addRow(row, wordsOf(id) === undefined ? id : undefined),
    addRow,
  }
}
