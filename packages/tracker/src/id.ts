/**
 * A UUIDv7 (RFC 9562, section 5.7): 48 bits of `time`, then 62 random ones. Whoever gives each hit a time of
 * its own, as page.ts does, needs no counter for ids that sort as they were made.
 *
 * @param time ms since 1970, from 2004 to 2527: then the first of its twelve digits is a zero
 */
export function createId(time: number): string {
  // Not randomUUID(): pages on plain http have none. The two highest bits are the variant, 10.
  return `0${time.toString(16).replace(/.{7}/, '$&-')}-7000-${((crypto.getRandomValues(new BigUint64Array(1))[0]! >> 2n) | (1n << 63n)).toString(16).replace(/.{4}/, '$&-')}`
}
