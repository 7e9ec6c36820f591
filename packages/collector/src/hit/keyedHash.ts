import * as crypto from 'node:crypto'
import { Buffer } from 'node:buffer'

/** HMAC-SHA256 of a text, its first 64 bits in hex. */
export type KeyedHash = (text: string) => string

/** SHA-256 works on blocks of so many bytes, and answers 32. */
const block = 64
const digest = 32

/** The block of the key, then the text: room for what a collector hashes of any hit. What is longer goes another way. */
const room = 4096
const longest = (room - block) / 3

/**
 * Hashes under one key. `createHmac` makes objects that cost more than the hashing, so this is HMAC put together as
 * RFC 2104 has it, of two hashes at one stroke, where the runtime has `hash` (Node.js from 20.12).
 */
export function createKeyedHash(key: string): KeyedHash {
  const bytes = Buffer.from(key)
  if (typeof crypto.hash !== 'function' || bytes.length > block) return (text) => hmac(key, text)
  const inner = padded(bytes, 0x36, room)
  const outer = padded(bytes, 0x5c, block + digest)

  return (text) => {
    if (text.length > longest) return hmac(key, text)
    const end = block + inner.write(text, block)
    outer.write(crypto.hash('sha256', inner.subarray(0, end), 'binary'), block, 'binary')
    outer.write(crypto.hash('sha256', outer, 'binary'), block, 'binary')
    // Written anew: a slice would keep the whole of the hash alive.
    return outer.toString('hex', block, block + 8)
  }
}

function padded(key: Buffer, pad: number, size: number): Buffer {
  const bytes = Buffer.alloc(size)
  for (let index = 0; index < block; index++) bytes[index] = (key[index] ?? 0) ^ pad
  return bytes
}

function hmac(key: string, text: string): string {
  return crypto.createHmac('sha256', key).update(text).digest().toString('hex', 0, 8)
}
