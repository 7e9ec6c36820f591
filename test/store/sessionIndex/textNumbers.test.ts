import { Buffer } from 'node:buffer'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { createTextNumbers } from '../../../packages/store/src/sessionIndex/textNumbers.ts'

const text = fc.oneof(fc.constantFrom('', '\0', '\0\0', 'a', 'ab', 'aB', 'a'.repeat(256), 'a'.repeat(257), 'b'.repeat(300)), fc.string({ unit: 'grapheme', maxLength: 40 }))

test('equal texts have one number, others another, wherever they stand', () => {
  fc.assert(
    fc.property(fc.array(fc.array(text, { maxLength: 30 }), { maxLength: 4 }), (dictionaries) => {
      const all = dictionaries.flat()
      const numbers = createTextNumbers(all.length)
      const known = new Map<string, number>()
      for (const texts of dictionaries) {
        const bytes = Buffer.from(`x${texts.join('')}`)
        let start = 1
        for (const its of texts) {
          const end = start + Buffer.byteLength(its)
          const number = known.get(its) ?? known.size
          known.set(its, number)
          expect(numbers.add(bytes, start, end)).toBe(number)
          start = end
        }
      }
      expect(numbers.count).toBe(known.size)
    }),
  )
})
