import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Sender } from '@treadlight/server'
import { expect, test } from 'vitest'
import { openCollector } from '../server/senders/stage.ts'
import { makePageview } from '../server/senders/makePageview.ts'
import { createTemporaryDirectory } from '../store/temporaryDirectory.ts'
import { importCode } from './importCode.ts'

// As the examples read it.
process.env['TREADLIGHT_TOKEN'] = 'tl_of-the-test'

const page = await readFile(new URL('../../docs/senders.md', import.meta.url), 'utf8')
const blocks = [...page.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code]) => code!)
const find = (name: string): string => blocks.find((code) => code.includes(`${name}({`))!

test('docs/senders.md: the first example delivers', async () => {
  const collector = await openCollector()
  const folder = join(await createTemporaryDirectory(), 'outbox')
  await importCode('outbox', find('createOutboxSender').replace('https://stats.example', collector.url).replace("'./outbox'", JSON.stringify(folder)))
  expect(collector.arrivals).toMatchObject([{ url: 'https://shop.example/cart' }])
})

test('docs/senders.md: with waitUntil hits leave at once', async () => {
  const collector = await openCollector()
  const kept: Promise<unknown>[] = []
  const code = find('createBackgroundSender').replace('https://stats.example', collector.url).replace(/declare const context.*/, 'const context = { waitUntil: (promise: Promise<unknown>) => kept.push(promise) }')
  const { sender, kept: promises } = (await importCode('background', `export const kept: Promise<unknown>[] = []\n${code}`)) as { sender: Sender; kept: typeof kept }
  await sender.send(makePageview())
  await Promise.all(promises)
  expect(collector.arrivals).toHaveLength(1)
})

test('docs/senders.md: what is refused is told', async () => {
  const collector = await openCollector(({ answer }) => answer(400, {}, { refused: [{ index: 0, field: 'url', reason: 'is no URL' }] }))
  const code = blocks.find((code) => code.includes('onDead'))!.replace('https://stats.example', collector.url).replace('console.error(', 'said.push(')
  const { sender, said } = (await importCode('dead', `export const said: string[] = []\n${code}`)) as { sender: Sender; said: string[] }
  await sender.send(makePageview({ url: 'x' }))
  await sender.flush()
  expect(said).toEqual(['not counted: x (400: url is no URL)'])
})

test('docs/senders.md: every file that it links to is there', async () => {
  const links = [...page.matchAll(/\]\((\.\.\/[^)]*)\)/g)].map(([, link]) => link!)
  expect(links.length).toBeGreaterThan(0)
  for (const link of links) expect(await stat(new URL(`../../docs/${link}`, import.meta.url))).toBeDefined()
})
