import { Buffer } from 'node:buffer'

const hyphen = 0x2d
/** Where the two digits of each byte stand in the text. */
const digitOffsets = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34]
const hexDigits = '0123456789abcdef'
/** Value of a lower-case hex digit by its char code; 255 for anything else. */
const digitValues = new Uint8Array(128).fill(255)
for (let value = 0; value < 16; value++) digitValues[hexDigits.charCodeAt(value)] = value
/** First and second digit of a byte. */
const highDigits = Uint8Array.from({ length: 256 }, (_, byte) => hexDigits.charCodeAt(byte >> 4))
const lowDigits = Uint8Array.from({ length: 256 }, (_, byte) => hexDigits.charCodeAt(byte & 15))

/** Length of a UUID as text. */
export const uuidLength = 36

/** Writes the 16 bytes of a UUID; false, with rubbish in `bytes`, unless `text` is one in lower case with hyphens. */
export function packUuid(text: string, bytes: Uint8Array, offset: number): boolean {
  if (text.length !== uuidLength || !hasHyphens(text)) return false
  let seen = 0
  for (let index = 0; index < 16; index++) {
    const at = digitOffsets[index]!
    const high = digitValue(text.charCodeAt(at))
    const low = digitValue(text.charCodeAt(at + 1))
    seen |= high | low
    bytes[offset + index] = (high << 4) | low
  }
  return seen < 16
}

/** The texts of UUIDs of 16 bytes each, one behind the other, each between `before` and `after`: ASCII all of it. */
export function formatUuids(bytes: Uint8Array, before = '', after = ''): Buffer {
  const count = bytes.length / 16
  const length = before.length + uuidLength + after.length
  const text = Buffer.alloc(count * length, before + '-'.repeat(uuidLength) + after, 'latin1')
  for (let row = 0; row < count; row++) {
    const start = row * length + before.length
    for (let index = 0; index < 16; index++) {
      const byte = bytes[row * 16 + index]!
      const at = start + digitOffsets[index]!
      text[at] = highDigits[byte]!
      text[at + 1] = lowDigits[byte]!
    }
  }
  return text
}

function hasHyphens(text: string): boolean {
  return (
    text.charCodeAt(8) === hyphen && text.charCodeAt(13) === hyphen && text.charCodeAt(18) === hyphen && text.charCodeAt(23) === hyphen
  )
}

function digitValue(code: number): number {
  return code < 128 ? digitValues[code]! : 255
}
