import { copyText } from './copyText.ts'

/**
 * A function that keeps what it has computed. When it has kept `limit` results it forgets them all: cheaper than
 * keeping an order, and what visitors send cannot fill the memory. `compute` answers anything but undefined.
 */
export function remember<K, V>(limit: number, compute: (key: K) => V): (key: K) => V {
  const known = new Map<K, V>()
  // Hits of one request have much in common, and most hits have something.
  let lastKey: K | undefined
  let lastValue: V | undefined
  return (key) => {
    if (key === lastKey && lastValue !== undefined) return lastValue
    let value = known.get(key)
    if (value === undefined) {
      if (known.size >= limit) known.clear()
      value = compute(key)
      known.set(typeof key === 'string' ? (copyText(key) as K) : key, value)
    }
    lastKey = key
    lastValue = value
    return value
  }
}
