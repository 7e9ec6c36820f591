/** Numbers the combinations of labels that occur, from 0, in the order in which they do. */
export interface RowNumbers {
  readonly count: number
  /** For each dimension, the label of each row. */
  readonly labels: readonly (readonly number[])[]
  /** @param items for each dimension, the labels of some hits or visits */
  number(items: readonly Int32Array[], count: number, out: Int32Array): void
}

/** Of more combinations than this only those that occur are noted: 1 MB. */
const mostDense = 2 ** 18

/** @param sizes how many labels each dimension has */
export function createRowNumbers(sizes: readonly number[]): RowNumbers {
  const labels: number[][] = sizes.map(() => [])
  const combinations = sizes.reduce((product, size) => product * size, 1)
  const dense = combinations <= mostDense || sizes.length === 1 ? new Int32Array(combinations).fill(-1) : undefined
  const sparse = new Map<number, number>()
  const prefixes = createPrefixes(sizes)
  let keys = new Float64Array(0)
  let count = sizes.length === 0 ? 1 : 0
  return {
    labels,
    get count() {
      return count
    },
    number(items, length, out) {
      const [first] = items
      if (first === undefined) out.fill(0, 0, length)
      else if (dense === undefined) numberSparsely(items, length, out)
      else {
        const known = items.length === 1 ? first : joinDensely(items, length, out)
        for (let i = 0; i < length; i++) {
          const key = known[i]!
          const row = dense[key]!
          out[i] = row === -1 ? (dense[key] = add(items, i)) : row
        }
      }
    },
  }

  function joinDensely(items: readonly Int32Array[], length: number, out: Int32Array): Int32Array {
    out.set(items[0]!.subarray(0, length))
    for (let axis = 1; axis < items.length; axis++) {
      const size = sizes[axis]!
      const its = items[axis]!
      for (let i = 0; i < length; i++) out[i] = out[i]! * size + its[i]!
    }
    return out
  }

  function numberSparsely(items: readonly Int32Array[], length: number, out: Int32Array): void {
    if (keys.length < length) keys = new Float64Array(2 * length)
    prefixes(items, length, keys)
    for (let i = 0; i < length; i++) {
      let row = sparse.get(keys[i]!)
      if (row === undefined) {
        row = add(items, i)
        sparse.set(keys[i]!, row)
      }
      out[i] = row
    }
  }

  function add(items: readonly Int32Array[], i: number): number {
    for (let axis = 0; axis < items.length; axis++) labels[axis]!.push(items[axis]![i]!)
    return count++
  }
}

/**
 * Joins labels to one number: as the digits of one, as long as that is exact. Where it might not be, what was joined so
 * far is numbered anew: there are no more combinations than hits.
 */
function createPrefixes(sizes: readonly number[]): (items: readonly Int32Array[], length: number, keys: Float64Array) => void {
  const anew = sizes.map(() => new Map<number, number>())
  return (items, length, keys) => {
    keys.fill(0, 0, length)
    let possible = 1
    for (const [axis, its] of items.entries()) {
      const size = sizes[axis]!
      if (possible * size > Number.MAX_SAFE_INTEGER) {
        const numbers = anew[axis]!
        for (let i = 0; i < length; i++) {
          const known = numbers.get(keys[i]!)
          if (known === undefined) numbers.set(keys[i]!, numbers.size)
          keys[i] = known ?? numbers.size - 1
        }
        possible = 2 ** 32
      }
      for (let i = 0; i < length; i++) keys[i] = keys[i]! * size + its[i]!
      possible *= size
    }
  }
}
