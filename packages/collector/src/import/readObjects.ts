import { Buffer } from 'node:buffer'

/** An object of JSON as text, and where it ends. */
export interface FoundObject {
  /** Undefined for one that is longer than 16 MiB, or has no end. */
  text: string | undefined
  /** Bytes behind it, from where the reading began. */
  end: number
}

const longest = 16 * 1024 * 1024
const [quote, backslash, open, close] = [0x22, 0x5c, 0x7b, 0x7d]

/**
 * Finds the objects of a JSON array, or of lines of JSON, while they come in: whatever stands between two objects is
 * passed over. These four characters are the same byte in UTF-8, and in no other.
 */
export async function* readObjects(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<FoundObject> {
  let parts: Uint8Array[] = []
  let [depth, length, position] = [0, 0, 0]
  let [isText, isEscaped] = [false, false]

  for await (const chunk of chunks) {
    let start = 0
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at]
      if (isText) {
        if (isEscaped) isEscaped = false
        else if (byte === backslash) isEscaped = true
        else if (byte === quote) isText = false
      } else if (byte === quote && depth > 0) isText = true
      else if (byte === open && depth++ === 0) start = at
      else if (byte === close && depth > 0 && --depth === 0) {
        yield finish(chunk.subarray(start, at + 1), position + at + 1)
        start = at + 1
      }
    }
    if (depth > 0) keep(chunk.subarray(start))
    position += chunk.length
  }
  if (depth > 0) yield { text: undefined, end: position }

  function keep(part: Uint8Array): void {
    length += part.length
    if (length <= longest) parts.push(part.slice())
    else parts = []
  }

  function finish(last: Uint8Array, end: number): FoundObject {
    keep(last)
    const text = length > longest ? undefined : Buffer.concat(parts).toString()
    parts = []
    length = 0
    return { text, end }
  }
}
