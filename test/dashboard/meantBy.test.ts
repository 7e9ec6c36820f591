import { expect, test } from 'vitest'
import type { Dimension } from '../../packages/dashboard/src/filter.ts'
import { meantBy } from '../../packages/dashboard/src/meantBy.ts'

test.each<[dimension: Dimension, typed: string, offered: string[], meant: string]>([
  ['visit:country', 'germany', ['DE', 'AT'], 'DE'],
  ['visit:country', 'Germany', [], 'DE'],
  ['visit:country', 'DE', [], 'DE'],
  ['visit:language', 'german', [], 'de'],
  ['visit:source', 'google', ['Google', 'google.example'], 'Google'],
  ['visit:source', 'google', ['Google', 'google'], 'google'],
  ['visit:source', 'direct / none', ['', 'Google'], ''],
  ['event:page', '/shop*', ['/shop'], '/shop*'],
])('of %s, %s means, with %j on offer, %s', (dimension, typed, offered, meant) => {
  expect(meantBy(dimension, typed, offered)).toBe(meant)
})
