let counter = 0

/**
 * A UUIDv7 (RFC 9562, section 5.7). Its 12 bits after the version count, so that sorting by id keeps the
 * order in which a page made its hits, also within a millisecond; 62 random bits follow.
 *
 * @param time ms since 1970
 */
export function createId(time: number): string {
  const count = (0x7000 + (counter++ % 4096)).toString(16)
  // Not randomUUID(): pages on plain http have none. The two highest bits are the variant, 10.
  const random = (crypto.getRandomValues(new BigUint64Array(1))[0]! >> 2n) | (1n << 63n)
  return `${stamp(time)}-${count}-${random.toString(16).replace(/.{4}/, '$&-')}`
}

/** The same id, `shift` ms later. */
export function shiftId(id: string, shift: number): string {
  // parseInt reads up to the second hyphen: the 48 bits of time.
  return stamp(parseInt(id.replace('-', ''), 16) + shift) + id.slice(13)
}

function stamp(time: number): string {
  return time.toString(16).padStart(12, '0').replace(/.{8}/, '$&-')
}
