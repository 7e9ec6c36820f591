import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { catalogue } from '../../packages/collector/src/installation/findings.ts'
import { text } from '../../packages/dashboard/src/text.ts'
import { shots } from '../../scripts/screenshots/shots.ts'

const root = new URL('../../', import.meta.url)
const page = readFileSync(new URL('docs/dashboard.md', root), 'utf8')

test('docs/dashboard.md lists every finding of the check with its level, in order', () => {
  const rows = [...page.matchAll(/^\| `([a-z-]+)` \| (ok|warning|problem) \|/gm)].map(([, code, level]) => [code, level])
  expect(rows).toEqual(Object.entries(catalogue).map(([code, { level }]) => [code, level]))
})

test('and every key', () => {
  const [, section = ''] = /## Keys([^]*?)\n## /.exec(page)!
  const keys = [...section.matchAll(/^\|(( `.`)+) \|/gm)].flatMap(([, cell = '']) => [...cell.matchAll(/`(.)`/g)].map(([, key]) => key))
  expect(keys.toSorted()).toEqual(Object.keys(text.shortcuts).toSorted())
})

test('docs/images has a picture of every shot, and no other', () => {
  const pictures = readdirSync(new URL('docs/images', root)).filter((name) => name.endsWith('.png'))
  expect(pictures.toSorted()).toEqual(shots.map(({ name }) => `${name}.png`).toSorted())
})
