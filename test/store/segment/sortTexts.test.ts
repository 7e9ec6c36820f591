import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { sortTexts } from '../../../packages/store/src/segment/sortTexts.ts'
import { finish } from '../../../packages/store/src/steps.ts'

const sorted = (texts: readonly string[]) => finish(sortTexts(texts))

it('sorts as `sort` does', () => {
  fc.assert(fc.property(fc.uniqueArray(fc.string({ unit: 'binary' })), (texts) => {
    expect(sorted(texts)).toEqual([...texts].sort())
  }))
})

it('sorts more than it does in one go, in many', () => {
  const texts = Array.from({ length: 20_001 }, (_, index) => `${(index * 7919) % 20_011}`)
  expect(sorted(texts)).toEqual([...texts].sort())
  expect([...sortTexts(texts)].length).toBeGreaterThan(20)
})
