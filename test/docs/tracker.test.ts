import { isId } from '@treadlight/protocol'
import * as server from '@treadlight/server'
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

test('the example of a page that a server renders makes a tag that names its hit', () => {
  const example = /^## Pages that a server renders$.*?^```js\n(.*?)^```$/ms.exec(page)![1]!
  const body = example.replace(/^import (.*) from '@treadlight\/server'$/m, 'const $1 = server')
  const run = new Function('server', 'request', `${body}\nreturn { hit, tag }`) as (...args: unknown[]) => { hit: { id: string }; tag: string }
  const { hit, tag } = run(server, new Request('https://shop.example/cart'))
  expect(isId(hit.id)).toBe(true)
  expect(tag).toBe(`<script defer src="https://stats.example/t.server.js" data-view="${hit.id}"></script>`)
})
