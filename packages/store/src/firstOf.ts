/** Below this part of all, to keep the first ones as they come takes less than to sort. */
const fewOf = 1 / 8

/**
 * The first `count` of what would come of sorting, in order.
 * @param compare says which of two comes first; never 0 for two different ones, or it does not matter which comes first
 */
export function firstOf<T>(values: readonly T[], count: number, compare: (a: T, b: T) => number): T[] {
  if (count > values.length * fewOf) return values.toSorted(compare).slice(0, count)
  const first: T[] = []
  if (count <= 0) return first
  for (const value of values) {
    if (first.length === count) {
      if (compare(value, first[count - 1]!) >= 0) continue
      first.pop()
    }
    first.splice(placeOf(value, first, compare), 0, value)
  }
  return first
}

function placeOf<T>(value: T, sorted: readonly T[], compare: (a: T, b: T) => number): number {
  let [from, to] = [0, sorted.length]
  while (from < to) {
    const middle = (from + to) >> 1
    if (compare(sorted[middle]!, value) <= 0) from = middle + 1
    else to = middle
  }
  return from
}
