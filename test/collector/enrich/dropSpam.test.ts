import { expect, test } from 'vitest'
import { enrichHit } from './enrichHit.ts'

const settings = { spam: { hosts: ['mine.example'] } }

test.each([
  ['https://semalt.com/crawler', 'spam'],
  ['https://www.semalt.com/', 'spam'],
  ['http://123.semalt.com/', 'spam'],
  ['http://SEMALT.com./', 'spam'],
  ['http://secret.ɢoogle.com/', 'spam'],
  ['https://mine.example/', 'spam'],
  ['https://sub.mine.example/', 'spam'],
  ['https://notmine.example/', undefined],
  ['https://mine.example.org/', undefined],
  ['https://mysemalt.com/', undefined],
  ['https://partner.example/?u=semalt.com', undefined],
  ['https://com/', undefined],
  ['semalt.com', undefined],
  ['', undefined],
])('input 23: from %s: %s', (referrer, reason) => {
  expect(enrichHit({ referrer }, { settings }).reason).toBe(reason)
})
