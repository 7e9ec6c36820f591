import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { dropReasons } from '@treadlight/protocol'
import { expect, test } from 'vitest'
import { dropMeanings } from '../../packages/collector/src/drops/dropMeanings.ts'
import { readDocument, root } from './documents.ts'

const page = readDocument('docs/troubleshooting.md')

/** All sources, as they are and with `…` for what differs. */
const sources = ['packages', 'demo', 'scripts'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /(?:^|\/)src\/.*\.tsx?$/.test(name) || (folder === 'scripts' && /\.(?:mjs|ts)$/.test(name)))
    .map((name) => readFileSync(join(root, folder, name), 'utf8'))
    .map((source) => `${source.replaceAll("\\'", "'")}\n${withoutValues(source)}`),
)

function withoutValues(source: string): string {
  return source.replaceAll(/\$\{(?:[^{}]|\{[^{}]*\})*\}/g, '…').replaceAll("\\'", "'")
}

/** Tables that quote what the product says: their first cells. */
const quotes = [...page.matchAll(/^\| it says \|.*\n\|.*\n((?:\|.*\n)+)/gm)].flatMap(([, rows]) => rows!.trim().split('\n')).flatMap((row) => {
  const [, cell = ''] = /^\| (.*?) \| /.exec(row.replaceAll('\\|', '/')) ?? []
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, quote]) => quote!).filter((quote) => !/^\/api\/health$/.test(quote))
})

test('docs/troubleshooting.md: quotes are many', () => {
  expect(quotes.length).toBeGreaterThan(45)
})

test.each(quotes)('docs/troubleshooting.md: the product says “%s”', (quote) => {
  // What is left open at an end may be anything, in between what differs.
  const said = quote.replaceAll(/^… | …$|…$/g, '')
  expect(sources.some((source) => source.includes(said))).toBe(true)
})

test('docs/troubleshooting.md: every reason for which a hit is dropped, in the words of the catalogue', () => {
  const rows = [...page.matchAll(/^\| `([a-z]+)` \| `([^`]+)` \| (?:`([^`]+)` )?\|$/gm)].map(([, reason, means, remedy = '']) => [reason, means, remedy])
  expect(rows).toEqual(dropReasons.map((reason) => [reason, dropMeanings[reason].means, dropMeanings[reason].remedy]))
})

test('docs/troubleshooting.md: words in its lines are said, too', () => {
  const [, refused = ''] = /\*\*It is answered 400\.\*\*(.*)/.exec(page)!
  const words = [...refused.matchAll(/`([^`]+)`/g)].map(([, quote]) => quote!)
  expect(words.length).toBe(3)
  expect(words.filter((quote) => !sources.some((source) => source.includes(quote)))).toEqual([])
})
