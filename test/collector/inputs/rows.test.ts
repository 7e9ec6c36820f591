import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

// The table of bad inputs has 35 rows, and each is a test somewhere here that has its number in its name.

/** What there is nothing to try on yet. */
const missing = new Map([[12, 'there is no export to CSV']])

const folder = new URL('../../', import.meta.url).pathname
const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.test.ts') && !file.includes('node_modules'))
  .map((file) => readFileSync(folder + file, 'utf8'))
const named = new Set(sources.flatMap((text) => [...text.matchAll(/['`]row (\d+)\b/g)].map(([, row]) => Number(row))))

test('every row of the table has a test', () => {
  const rows = Array.from({ length: 35 }, (_, index) => index + 1)
  expect(rows.filter((row) => !named.has(row))).toEqual([...missing.keys()])
})
