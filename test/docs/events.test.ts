import { maxProps, textLimits, type Hit } from '@treadlight/protocol'
import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { blocksOf, readDocument, root } from './documents.ts'
import { importCode } from './importCode.ts'

/** It has no types of its own. */
const { JSDOM } = createRequire(import.meta.url)('jsdom') as { JSDOM: new (html: string, options: { url: string; pretendToBeVisual: boolean }) => { window: Window & typeof globalThis } }

const page = readDocument('docs/events.md')
const find = (has: string): string => blocksOf('docs/events.md').find(({ code }) => code.includes(has))!.code

test('docs/events.md: in the browser a beforeSend says what an order brought, and of other events nothing', async () => {
  const { window } = new JSDOM('<title>Cart</title>', { url: 'https://shop.example/cart', pretendToBeVisual: true })
  for (const name of ['document', 'location', 'history', 'navigator', 'localStorage', 'addEventListener', 'scrollY', 'innerHeight'] as const) vi.stubGlobal(name, window[name])
  vi.stubGlobal('addEventListener', window.addEventListener.bind(window))
  for (const name of ['self', 'top']) vi.stubGlobal(name, globalThis)
  const sent: Hit[] = []
  vi.stubGlobal('fetch', (_: string, { body }: { body: string }) => {
    sent.push(...(JSON.parse(body) as { hits: Hit[] }).hits)
    return Promise.resolve(new Response('{"refused":[]}', { status: 201, headers: { 'x-hit': String(Date.now()) } }))
  })
  onTestFinished(() => void vi.unstubAllGlobals())
  await importCode('events', `${find('withRevenue')}track('signup', { plan: 'pro' })\n`)
  await expect.poll(() => sent.filter(({ type }) => type === 'event').length).toBe(2)
  const [order, signup] = sent.filter(({ type }) => type === 'event')
  expect(order).toMatchObject({ name: 'order', url: 'https://shop.example/cart', props: { total: 49.9 }, revenue: { amount: '49.9', currency: 'EUR' } })
  expect(signup).toMatchObject({ name: 'signup', props: { plan: 'pro' } })
  expect(signup).not.toHaveProperty('revenue')
})

test('docs/events.md: on a server an order is told with its revenue', async () => {
  const code = find('createTracking')
    .replace('import { createTracking }', 'import { createMemorySender, createTracking }')
    .replace(/createTracking\(\{.*\}\)/, 'createTracking({ sender })')
    .replace('const tracking', "const sender = createMemorySender()\nconst request = new Request('https://shop.example/thanks', { headers: { 'user-agent': 'Firefox' } })\nconst tracking")
  const { sender } = (await importCode('order', `${code}\nexport { sender }`)) as { sender: { hits: Hit[] } }
  expect(sender.hits).toMatchObject([{ type: 'event', name: 'order', props: { items: 3 }, revenue: { amount: '49.90', currency: 'EUR' } }])
})

test('docs/events.md: limits are those of the protocol, and events by themselves those of the tracker', () => {
  expect(page).toContain(`a text of ${textLimits.name} characters`)
  expect(page).toContain(`${maxProps} of one event, each a text, a number or a boolean; names of ${textLimits.propKey} characters, texts of ${textLimits.propValue.toLocaleString('en')}`)
  const folder = join(root, 'packages/tracker/src')
  const sources = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8')).join('\n')
  const named = [...page.matchAll(/^\| `([^`]+)` \| `[^|]+` \| `(\w+)\(\)` \|/gm)].map(([, name, part]) => [name!, part!])
  expect(named).toHaveLength(5)
  for (const [name, part] of named) expect([name, sources.includes(`'${name}'`), sources.includes(`export function ${part}(`)]).toEqual([name, true, true])
  const counted = [...sources.matchAll(/\btrack\('([^']+)'/g)].map(([, name]) => name!).filter((name) => /^[A-Z4]/.test(name))
  expect(named.map(([name]) => name)).toEqual(expect.arrayContaining(counted))
})
