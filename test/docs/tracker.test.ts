import { readFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'

const page = await readFile(new URL('../../docs/tracker.md', import.meta.url), 'utf8')
const rows = [...page.matchAll(/^\| (\d+) \|.*\| ([^|]*) \|$/gm)].map(([, number, tests]) => ({
  number: Number(number),
  files: [...tests!.matchAll(/\]\(\.\.\/([^)]*)\)/g)].map(([, file]) => file!),
}))

describe('docs/tracker.md', () => {
  test('has all 45 edge cases', () => {
    expect(rows.map(({ number }) => number)).toEqual(Array.from({ length: 45 }, (_, index) => index + 1))
  })

  test.each(rows)('edge case $number is in the tests that it names', async ({ number, files }) => {
    expect(files.length).toBeGreaterThan(0)
    for (const file of files) {
      const text = await readFile(new URL(`../../${file}`, import.meta.url), 'utf8')
      const named = [...text.matchAll(/edge (\d+(?:, ?\d+)*)/gi)].flatMap(([, numbers]) => numbers!.split(/, ?/))
      expect(named).toContain(String(number))
    }
  })
})
