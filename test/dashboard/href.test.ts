import { expect, test } from 'vitest'
import { safeHref } from '../../packages/dashboard/src/href.ts'

test.each([
  ['https://news.example/item?id=1', 'https://news.example/item?id=1'],
  ['HTTP://news.example', 'http://news.example/'],
  ['javascript:alert(1)', undefined],
  [' https://a.example', undefined],
  ['java\nscript:alert(1)', undefined],
  ['data:text/html,<script>alert(1)</script>', undefined],
  ['//evil.example', undefined],
  ['http://bank.example@evil.example/', undefined],
  ['https://', undefined],
  ['/pricing', undefined],
  ['', undefined],
])('reliability 10: %j links to %j', (value, href) => {
  expect(safeHref(value)).toBe(href)
})
