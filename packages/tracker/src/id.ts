let lastTime = 0
let counter = 0

/**
 * A UUIDv7 (RFC 9562, section 5.7) whose 12 bits after the version count within a millisecond, so that
 * sorting by id keeps the order in which one page made its hits. 60 random bits follow.
 *
 * @param time ms since 1970
 */
export function createId(time: number): string {
  counter = time === lastTime ? (counter + 1) % 4096 : 0
  lastTime = time
  // Not randomUUID(): pages on plain http have none.
  const random = crypto.getRandomValues(new BigUint64Array(1))[0]!
  const rest = hex(counter, 3) + '8' + hex(random, 16)
  return `${stamp(time)}-7${rest.slice(0, 3)}-${rest.slice(3, 7)}-${rest.slice(7, 19)}`
}

/** The same id, `shift` ms later. */
export function shiftId(id: string, shift: number): string {
  return stamp(parseInt(id.slice(0, 8) + id.slice(9, 13), 16) + shift) + id.slice(13)
}

function stamp(time: number): string {
  const digits = hex(time, 12)
  return `${digits.slice(0, 8)}-${digits.slice(8)}`
}

function hex(value: number | bigint, length: number): string {
  return value.toString(16).padStart(length, '0')
}
