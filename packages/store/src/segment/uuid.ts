import { Buffer } from 'node:buffer'

const hyphen = 0x2d
/** Where the two digits of each byte stand in the text. */
const digitOffsets = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34]
const hexDigits = '0123456789abcdef'
/** Value of a lower-case hex digit by its char code; more than a byte for anything else. */
const digitValues = new Uint16Array(256).fill(0x100)
for (let value = 0; value < 16; value++) digitValues[hexDigits.charCodeAt(value)] = value
/** The two digits of a byte, the first one in the lower byte. */
const digitPairs = Uint16Array.from({ length: 256 }, (_, byte) => hexDigits.charCodeAt(byte >> 4) | (hexDigits.charCodeAt(byte & 15) << 8))

/** Length of a UUID as text. */
export const uuidLength = 36

/** Writes the 16 bytes of a UUID; false, with rubbish in `bytes`, unless `text` is one in lower case with hyphens. */
function packUuid(text: string, bytes: Uint8Array, offset: number): boolean {
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
export function writeUuid(bytes: Uint8Array, offset: number, out: DataView, at: number): number {
  for (let index = 0; index < 16; index += 2) {
    const digits = digitPairs[bytes[offset + index]!]! | (digitPairs[bytes[offset + index + 1]!]! << 16)
    out.setInt32(at + digitOffsets[index]!, digits, true)
  }
  out.setUint8(at + 8, hyphen)
  out.setUint8(at + 13, hyphen)
  out.setUint8(at + 18, hyphen)
  out.setUint8(at + 23, hyphen)
  return at + uuidLength
}

const packed = new Uint8Array(16)
const packedWords = new Int32Array(packed.buffer)
let [lastId, isPacked] = ['', false]

/**
 * The bytes of a UUID as four words, until the next call; undefined for what is none. One id is mostly asked about
 * several times in a row.
 */
export function wordsOf(id: string): Int32Array | undefined {
  if (id !== lastId) [lastId, isPacked] = [id, packUuid(id, packed, 0)]
  return isPacked ? packedWords : undefined
}

const one = Buffer.alloc(uuidLength)
const oneView = new DataView(one.buffer, one.byteOffset, uuidLength)

/** The text of the UUID at `offset`. */
export function formatUuid(bytes: Uint8Array, offset: number): string {
  writeUuid(bytes, offset, oneView, 0)
  return one.toString('latin1')
}

/** The texts of UUIDs, one behind the other, `uuidLength` ASCII characters each. */
export function formatUuids(bytes: Uint8Array): Buffer {
  const text = Buffer.allocUnsafe((bytes.length / 16) * uuidLength)
  const out = new DataView(text.buffer, text.byteOffset, text.length)
  for (let offset = 0, at = 0; offset < bytes.length; offset += 16) at = writeUuid(bytes, offset, out, at)
  return text
}

function hasHyphens(text: string): boolean {
  return (
    text.charCodeAt(8) === hyphen && text.charCodeAt(13) === hyphen && text.charCodeAt(18) === hyphen && text.charCodeAt(23) === hyphen
  )
}
