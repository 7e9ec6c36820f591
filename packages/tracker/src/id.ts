let counter = 0

/**
 * A UUIDv7 (RFC 9562, section 5.7) for `time`, ms since 1970. What follows the time is new or taken from
 * another id: that makes the same event of another time.
 */
export function createId(time: number, rest: string = createRest()): string {
  return time.toString(16).padStart(12, '0').replace(/.{8}/, '$&-') + rest
}

/** All after the 48 bits of time: 12 bits that count, so that sorting keeps the order within a millisecond, and 62 random ones. */
function createRest(): string {
  const count = (0x7000 + (counter++ % 4096)).toString(16)
  // Not randomUUID(): pages on plain http have none. The two highest bits are the variant, 10.
  const random = (crypto.getRandomValues(new BigUint64Array(1))[0]! >> 2n) | (1n << 63n)
  return `-${count}-${random.toString(16).replace(/.{4}/, '$&-')}`
}
