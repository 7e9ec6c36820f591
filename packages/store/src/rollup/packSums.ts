/** Set in the first byte of a column in which some are negative. */
const signed = 16

/**
 * Writes whole numbers of less than 2⁵² either way: how many bytes the largest takes, then of all numbers the lowest
 * byte, of all the next, and so on. Where a few are large the upper bytes of the others are zeros in a row, which deflate
 * to next to nothing.
 */
export function packSums(numbers: Float64Array): Uint8Array {
  const isSigned = numbers.some((number) => number < 0)
  const positive = isSigned ? numbers.map((number) => (number < 0 ? -2 * number - 1 : 2 * number)) : numbers
  let width = 0
  for (const largest = positive.reduce((a, b) => Math.max(a, b), 0); 256 ** width <= largest; ) width++
  const bytes = new Uint8Array(1 + width * numbers.length)
  bytes[0] = width | (isSigned ? signed : 0)
  let end = 1
  for (let plane = 0; plane < width; plane++) {
    const unit = 256 ** plane
    for (let row = 0; row < positive.length; row++) bytes[end++] = Math.floor(positive[row]! / unit) % 256
  }
  return bytes
}

/** How many bytes a column takes that begins with this one. */
export function packedLength(first: number, rows: number): number {
  return 1 + (first & 15) * rows
}

export function unpackSums(bytes: Uint8Array, at: number, rows: number): Float64Array {
  const numbers = new Float64Array(rows)
  const width = bytes[at]! & 15
  let from = at + 1
  for (let plane = 0; plane < width; plane++) {
    const unit = 256 ** plane
    for (let row = 0; row < rows; row++) numbers[row]! += bytes[from++]! * unit
  }
  if ((bytes[at]! & signed) === 0) return numbers
  for (let row = 0; row < rows; row++) numbers[row] = numbers[row]! % 2 === 1 ? -(numbers[row]! + 1) / 2 : numbers[row]! / 2
  return numbers
}
