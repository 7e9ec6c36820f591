import { compilePattern, runQuery, type Query } from '@treadlight/store'
import { describe, expect, test } from 'vitest'
import { day, makeHit, noon } from './makeHit.ts'

test.each<[pattern: string, value: string, caseSensitive: boolean, expected: boolean]>([
  ['blog', '/blog/a', true, true],
  ['^blog', '/blog/a', true, false],
  ['^/blog/[0-9]+$', '/blog/12', true, true],
  ['^/blog/[0-9]+$', '/blog/12\n', true, false],
  ['', '', true, true],
  ['BLOG', '/blog', true, false],
  ['BLOG', '/blog', false, true],
  ['(?i)BLOG', '/blog', true, true],
  ['^.$', '𝒳', true, true],
  ['\\p{Greek}', '/λ', true, true],
  ['__proto__', '/__proto__', true, true],
])('%j on %j, case sensitive %j: %j', (pattern, value, caseSensitive, expected) => {
  const matches = compilePattern(pattern, caseSensitive)
  // The second time it is remembered.
  expect([matches(value), matches(value)]).toEqual([expected, expected])
})

test.each([
  ['(', 'missing closing )'],
  ['[a', 'missing closing ]'],
  ['(?!a)', 'invalid'],
  ['(a)\\1', 'invalid escape sequence'],
  ['(a{1000}){1000}', 'invalid repeat count'],
  ['(?:[a-f]{1000}x)', 'repeats too much'],
  ['a'.repeat(1001), 'longer than 1000 characters'],
])('%j is refused: %s', (pattern, reason) => {
  expect(() => compilePattern(pattern)).toThrow(RangeError)
  expect(() => compilePattern(pattern)).toThrow(reason)
  // Whatever was sent, the message stays short.
  expect(() => compilePattern(pattern)).toThrow(/^.{1,300}$/s)
})

/** Those that take engines that go back exponential, cubic or quadratic time, with values that do not match in the end. */
const evil: [pattern: string, piece: string, end: string][] = [
  ['^(a+)+$', 'a', '!'],
  ['^(a|a)*$', 'a', '!'],
  ['^(a|b|ab)*c$', 'ab', '!'],
  ['^(.*)(.*)(.*)=$', 'x=', '!'],
  ['a*a*a*a*a*a*a*a*b$', 'a', '!'],
  ['(x+x+)+y', 'x', '!'],
  ['(a|b)*a(a|b){30}c', 'ab', '!'],
  ['^([a-z]?){40}[a-z]{40}$', 'a', '!'],
]

describe('no pattern makes a value of a visitor take long', () => {
  // A value eight times as long may take eight times as long, and some for a busy machine: 64 times would be quadratic.
  test.each(evil)('%s', (pattern, piece, end) => {
    const [short, long] = [256, 2048].map((length) => cost(pattern, piece, end, length))
    expect(long! / short!).toBeLessThan(32)
  })
})

/** The least that it took, of several times; each value is another, since answers are remembered. */
function cost(pattern: string, piece: string, end: string, length: number): number {
  const matches = compilePattern(pattern)
  const times = Array.from({ length: 15 }, (_, run) => {
    const values = Array.from({ length: 20 }, (__, index) => `${piece.repeat(length / piece.length)}${run},${index}${end}`)
    const start = performance.now()
    for (const value of values) expect(matches(value)).toBe(false)
    return performance.now() - start
  })
  return Math.min(...times)
}

test('more patterns than are kept, each as if it were the only one', () => {
  const patterns = Array.from({ length: 100 }, (_, index) => compilePattern(`^/${index}$`))
  const found = patterns.map((matches, index) => [matches(`/${index}`), matches(`/${index + 1}`), compilePattern(`^/${index}$`)(`/${index}`)])
  expect(found).toEqual(patterns.map(() => [true, false, true]))
})

test('a query over more values than answers are remembered for', async () => {
  const hits = Array.from({ length: 5000 }, (_, index) => makeHit({ path: `/${index}`, visitor: String(index) }))
  const query: Query = {
    site: 'shop',
    timezone: 'UTC',
    range: { from: noon - day, to: noon + day },
    metrics: ['pageviews'],
    filters: [['matches', 'event:page', ['^/[0-9]*7$', '^/(never){1,90}$']]],
  }
  const { rows } = await runQuery([hits], query)
  expect(rows).toEqual([{ dimensions: [], metrics: [500] }])
})
