import { Buffer } from 'node:buffer'

type Numbers = Uint8Array | Uint16Array | Uint32Array | Int32Array

/** Writes one behind the other what a `SectionReader` reads in the same order. */
export interface SectionWriter {
  /** In words with the lowest byte first. */
  numbers(numbers: Numbers): void
  bytes(bytes: Uint8Array): void
}

export interface SectionReader {
  /** Copies, so that whoever handed the bytes over may go on using them. @throws RangeError behind the end, as of all of these */
  bytes(length: number): Buffer
  bytes8(count: number): Uint8Array<ArrayBuffer>
  words16(count: number): Uint16Array<ArrayBuffer>
  words32(count: number): Uint32Array<ArrayBuffer>
  isAtEnd(): boolean
}

/** Nearly all machines have the lowest byte first. */
const isForeign = new Uint8Array(new Uint16Array([1]).buffer)[0] === 0

/** @param out takes up the pieces */
export function createSectionWriter(out: Uint8Array[]): SectionWriter {
  return {
    numbers(numbers) {
      const bytes = Buffer.from(numbers.buffer, numbers.byteOffset, numbers.byteLength)
      out.push(isForeign ? swap(Buffer.from(bytes), numbers.BYTES_PER_ELEMENT) : bytes)
    },
    bytes: (bytes) => void out.push(bytes),
  }
}

export function createSectionReader(all: Uint8Array): SectionReader {
  let end = 0

  /** In memory of their own, so that they are aligned. */
  function take(length: number, width = 1): ArrayBuffer {
    if (!(length >= 0 && end + length <= all.length)) throw new RangeError('[treadlight store] a section ends behind its value')
    const bytes = new Uint8Array(length)
    bytes.set(all.subarray(end, (end += length)))
    if (isForeign) swap(Buffer.from(bytes.buffer), width)
    return bytes.buffer
  }

  return {
    bytes: (length) => Buffer.from(take(length)),
    bytes8: (count) => new Uint8Array(take(count)),
    words16: (count) => new Uint16Array(take(2 * count, 2)),
    words32: (count) => new Uint32Array(take(4 * count, 4)),
    isAtEnd: () => end === all.length,
  }
}

function swap(bytes: Buffer, width: number): Buffer {
  return width === 2 ? bytes.swap16() : width === 4 ? bytes.swap32() : bytes
}
