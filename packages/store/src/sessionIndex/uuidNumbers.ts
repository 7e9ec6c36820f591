/** Numbers UUIDs, four words each: equal ones have one number, from 0 on. */
export interface UuidNumbers {
  readonly count: number
  /** The number of the one whose words begin at `at`, a new one if it has none yet. */
  add(words: Int32Array, at: number): number
  /** -1 if it has none. */
  find(words: Int32Array, at: number): number
}

/**
 * By open addressing, since texts of them would take most of the time. Multiplied by numbers that nobody knows: ids are
 * chosen by their senders, who must not be able to have them all in one place.
 * @param most how many there will be at the most
 */
export function createUuidNumbers(most: number): UuidNumbers {
  const mask = 2 ** Math.ceil(Math.log2(2 * most + 2)) - 1
  /** Numbers from 1; 0 is free. */
  const slots = new Int32Array(mask + 1)
  const known = new Int32Array(4 * most)
  const [one, two, three, four] = crypto.getRandomValues(new Int32Array(4)).map((seed) => seed | 1) as unknown as [number, number, number, number]
  const shift = Math.clz32(mask)
  let count = 0

  function slotOf(words: Int32Array, at: number): number {
    const a = words[at]!
    const b = words[at + 1]!
    const c = words[at + 2]!
    const d = words[at + 3]!
    let slot = (Math.imul(a, one) + Math.imul(b, two) + Math.imul(c, three) + Math.imul(d, four)) >>> shift
    for (let number = slots[slot]!; number !== 0; number = slots[slot]!) {
      const its = 4 * number - 4
      if (known[its + 3] === d && known[its + 2] === c && known[its + 1] === b && known[its] === a) return slot
      slot = (slot + 1) & mask
    }
    return slot
  }

  return {
    get count() {
      return count
    },
    add(words, at) {
      const slot = slotOf(words, at)
      if (slots[slot] === 0) {
        for (let word = 0; word < 4; word++) known[4 * count + word] = words[at + word]!
        slots[slot] = ++count
      }
      return slots[slot]! - 1
    },
    find: (words, at) => slots[slotOf(words, at)]! - 1,
  }
}
