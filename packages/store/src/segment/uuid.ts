import { Buffer } from 'node:buffer'

const hyphen = 0x2d
/** Where the two digits of each byte stand in the text. */
const digitOffsets = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34]
const hexDigits = '0123456789abcdef'
/** Value of a lower-case hex digit by its char code; more than a byte for anything else. */
const digitValues = new Uint16Array(256).fill(0x100)
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
    const high = text.charCodeAt(at)
    const low = text.charCodeAt(at + 1)
    const byte = (digitValues[high & 0xff]! << 4) | digitValues[low & 0xff]!
    seen |= byte | ((high | low) & 0xff00)
    bytes[offset + index] = byte
  }
  return seen < 0x100
}

/** Writes the 16 bytes from `offset` on as text, `uuidLength` ASCII characters. @returns where it ends */
export function writeUuid(bytes: Uint8Array, offset: number, out: Uint8Array, at: number): number {
  for (let index = 0; index < 16; index++) {
    const byte = bytes[offset + index]!
    const digit = at + digitOffsets[index]!
    out[digit] = highDigits[byte]!
    out[digit + 1] = lowDigits[byte]!
  }
  out[at + 8] = out[at + 13] = out[at + 18] = out[at + 23] = hyphen
  return at + uuidLength
}

/** The texts of UUIDs, one behind the other, `uuidLength` ASCII characters each. */
export function formatUuids(bytes: Uint8Array): Buffer {
  const text = Buffer.allocUnsafe((bytes.length / 16) * uuidLength)
  for (let offset = 0, at = 0; offset < bytes.length; offset += 16) at = writeUuid(bytes, offset, text, at)
  return text
}

function hasHyphens(text: string): boolean {
  return (
    text.charCodeAt(8) === hyphen && text.charCodeAt(13) === hyphen && text.charCodeAt(18) === hyphen && text.charCodeAt(23) === hyphen
  )
}
