const uuidv7Pattern = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

/** Whether `id` is a UUIDv7 (RFC 9562, section 5.7) in lower case. */
export function isId(id: string): boolean {
  return uuidv7Pattern.test(id)
}

/** When an id was made, ms since 1970: the first 48 bits of a UUIDv7. */
export function idTime(id: string): number {
  return parseInt(id.slice(0, 8) + id.slice(9, 13), 16)
}

/**
 * A UUIDv7 for `time` from ten bytes: random ones for a new hit, a hash for one that has to be
 * found again.
 *
 * @param time ms since 1970
 * @param bytes at least 10; six of their bits are replaced by version and variant
 */
export function idFrom(time: number, bytes: Uint8Array): string {
  const hex = Array.from(bytes.subarray(0, 10), (byte) => byte.toString(16).padStart(2, '0')).join('')
  const variant = ((bytes[2]! & 0x3f) | 0x80).toString(16)
  return `${stamp(time)}-7${hex.slice(1, 4)}-${variant}${hex.slice(6, 8)}-${hex.slice(8)}`
}

/** The id with another time; the rest, which tells it from others of one millisecond, stays. */
export function withTime(id: string, time: number): string {
  return stamp(time) + id.slice(13)
}

/** The 48 bits of time as an id begins with them. */
function stamp(time: number): string {
  const hex = Math.floor(time).toString(16).padStart(12, '0')
  return `${hex.slice(0, 8)}-${hex.slice(8)}`
}

/** A new id: 48 bits of time, 74 random bits. */
export function createId(now: number = Date.now()): string {
  return idFrom(now, crypto.getRandomValues(new Uint8Array(10)))
}
