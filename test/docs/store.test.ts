import type { HitStore } from '@treadlight/store'
import { readFile, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { encodeLine, header } from '../../packages/store/src/ndjson/lines.ts'
import { testHitStore } from '../contracts/hitStore.ts'
import { makeHit } from '../store/makeHit.ts'
import { createTemporaryDirectory } from '../store/temporaryDirectory.ts'
import { importCode } from './importCode.ts'

type Example = { createMapStore: (options: { now: () => number }) => HitStore }

const page = await readFile(new URL('../../docs/store.md', import.meta.url), 'utf8')
const blocks = [...page.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(([, language, code]) => ({ language, code: code! }))

const { createMapStore } = (await importCode('smallestStore', blocks[0]!.code)) as Example

testHitStore('PT18 docs/store.md: the smallest store', async (options) => createMapStore(options))

test('docs/store.md: the example of the text file opens one', async () => {
  const directory = await createTemporaryDirectory()
  const path = JSON.stringify(join(directory, 'hits.ndjson'))
  const code = blocks.find(({ code }) => code.includes('createNdjsonStore({'))!.code.replace("'./hits.ndjson'", path)
  const { store } = (await importCode('textFile', `${code}\nexport { store }`)) as { store: HitStore }
  await store.append([makeHit()])
  await store.close()
  expect(await readdir(directory)).toEqual(['hits.ndjson'])
})

test('docs/store.md: the smallest store is small', () => {
  expect(blocks[0]!.code.split('\n').length).toBeLessThan(75)
})

test('docs/store.md: the first line of a file is what is shown', () => {
  expect(blocks.find(({ language }) => language === 'json')!.code.split('\n')[0]).toBe(header.trim())
  expect(encodeLine({ a: 1 })).toMatch(/^\{"a":1,"crc":"[0-9a-f]{8}"\}\n$/)
})

test('docs/store.md: every file that it links to is there', async () => {
  const links = [...page.matchAll(/\]\((\.\.\/[^)]*)\)/g)].map(([, link]) => link!)
  expect(links.length).toBeGreaterThan(4)
  for (const link of links) expect(await stat(new URL(`../../docs/${link}`, import.meta.url))).toBeDefined()
})
