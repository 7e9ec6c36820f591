import fc from 'fast-check'
import { createHmac } from 'node:crypto'
import { expect, test } from 'vitest'
import { createKeyedHash } from '../../packages/collector/src/hit/keyedHash.ts'

const text = fc.string({ unit: 'binary', maxLength: 3000 })

test('a keyed hash is the first 64 bits of HMAC-SHA256, whatever the key and the text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 80 }), fc.array(text, { minLength: 1, maxLength: 4 }), (key, texts) => {
      const hash = createKeyedHash(key)
      // More than one, since what a text leaves behind must not be in the next one's hash.
      for (const text of texts) expect(hash(text)).toBe(createHmac('sha256', key).update(text).digest('hex').slice(0, 16))
    }),
  )
})
