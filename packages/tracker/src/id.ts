let counter = 0

/**
 * A UUIDv7 (RFC 9562, section 5.7) of `time`, ms since 1970: after the time 12 bits that count, so that
 * sorting keeps the order within a millisecond, and 62 random ones.
 */
export function createId(time: number): string {
  const count = (0x7000 + (counter++ % 4096)).toString(16)
  // Not randomUUID(): pages on plain http have none. The two highest bits are the variant, 10.
  const random = (crypto.getRandomValues(new BigUint64Array(1))[0]! >> 2n) | (1n << 63n)
  return `${idStart(time)}-${count}-${random.toString(16).replace(/.{4}/, '$&-')}`
}

/** The 48 bits of time with which an id begins, 13 characters: what follows it makes the same event of another time. */
export function idStart(time: number): string {
  return time.toString(16).padStart(12, '0').replace(/.{8}/, '$&-')
}
