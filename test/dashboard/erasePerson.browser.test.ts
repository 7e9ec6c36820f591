import { defineDestination, type Destination, type ForwardedHit } from '@treadlight/destinations'
import { signUser } from '@treadlight/protocol'
import { createStore, openStorage } from '@treadlight/store'
import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { makeEngagement, makeEvent, makeHit } from '../store/makeHit.ts'
import { readStoredTexts } from '../store/storedTexts.ts'
import { setDashboardStage } from './stage.ts'

const secret = 'dm93ZWxzIGFyZSBmb3IgYmVnaW5uZXJz'
const day = 86_400_000
const minute = 60_000
const now = Date.now()
const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'

/** Everything by which she could be known; nothing else on the stage has these letters in it. */
const hers = /ada-lovelace|s-of-ada|v0f0ada|diary-of-ada|Ada’s diary|wrote-a-diary|dear-diary/

/** Takes nothing for now, or for ever. */
const toNowhere = (name: string, isFinal: boolean): Destination =>
  defineDestination<ForwardedHit>({
    name,
    map: (hit) => hit,
    batch: (items) => [{ request: { url: '', body: JSON.stringify(items) }, indexes: [...items.keys()] }],
    deliver: async () => ({ status: isFinal ? 422 : 503, header: () => '', body: '' }),
  })

const stage = setDashboardStage({
  collector: {
    visitor: 'session',
    userSecrets: [secret],
    // Their troubles are what is wanted here.
    onNote: () => undefined,
    destinations: [toNowhere('crm', false), toNowhere('lake', true)],
    forwarding: { rhythm: { gatherFor: 0, beat: 60_000, takeOverAfter: 150_000 }, random: () => 0 },
    retention: { anonymous: 9 * day, authenticated: 9 * day },
  },
})

/** Hits of one of several past days: hers, and of others who saw the same pages of everybody. */
function hitsOfDay(age: number) {
  const time = now - age * day
  const ada = { site: 'default', time, visitor: 'v0f0ada', session: `s-of-ada-${age}` }
  const view = makeHit({ ...ada, user: 'ada-lovelace', path: '/diary-of-ada', title: 'Ada’s diary', url: 'https://shop.example/diary-of-ada?utm_source=x' })
  const others = ['v1', 'v2', 'v3'].map((visitor, index) => makeHit({ site: 'default', time, visitor, session: `s-${visitor}-${age}`, path: '/start', user: index === 2 ? 'bob' : '' }))
  return [view, makeEngagement(view, { engaged: 4000 }), makeEvent('wrote-a-diary', { ...ada, user: 'ada-lovelace', view: view.id, path: '/diary-of-ada', props: { text: 'dear-diary' } }), makeHit({ ...ada, time: time - minute, user: '', path: '/start' }), ...others]
}

/** What somebody does who looks after the storage at a later time. */
async function maintainIn(minutes: number): Promise<void> {
  const opened = await openStorage({ driver: 'fs', base: stage.data })
  const store = await createStore({ ...opened, now: () => now + minutes * minute })
  await store.maintain()
  await store.close()
  await opened.storage.dispose()
}

async function post(body: object): Promise<void> {
  const response = await fetch(`${stage.url}hit`, { method: 'POST', headers: { 'user-agent': firefox }, body: JSON.stringify({ url: 'https://shop.example/', ...body }) })
  expect(response.status).toBe(201)
}

const textsOfHer = async (): Promise<string[]> => [...(await readStoredTexts(stage.data))].flatMap(([key, text]) => (hers.test(text) ? [key] : []))
const family = (key: string): string => (key.startsWith('forwarding') ? key.split(':').slice(0, 3).join(':') : key.split(':')[1]!)

test('a person who is erased in the page is in no stored value, no outbox, no export and no answer any more', { timeout: 120_000 }, async () => {
  // Days with kept sums, days in segments, and today in batches.
  const hits = [12, 11, 5, 4, 3, 2].flatMap(hitsOfDay)
  await stage.append(hits)
  for (const age of [12, 11, 5, 4, 3, 2]) await stage.store.identify({ site: 'default', session: `s-of-ada-${age}`, user: 'ada-lovelace', time: now - age * day })
  await stage.store.maintain({ force: true })
  await stage.collector.prune()
  await stage.store.maintain({ force: true })
  await post({ title: 'before', session: 's-of-ada-0', path: '/start' })
  await post({ title: 'Ada’s diary', url: 'https://shop.example/diary-of-ada', session: 's-of-ada-0', user: await signUser({ user: 'ada-lovelace', session: 's-of-ada-0' }, secret) })
  await post({ title: 'somebody else', session: 's-of-bob-0' })
  await expect.poll(async () => [...new Set((await textsOfHer()).map(family))].toSorted(), { timeout: 20_000 }).toEqual(
    expect.arrayContaining(['batch', 'forwarding:dead:lake', 'forwarding:waiting:crm', 'index', 'kept', 'link', 'rollup', 'segment']),
  )

  // She is found by her name, and what would go is said with numbers.
  const page = await stage.open('?page=person')
  await page.getByLabel('User id, session id or visitor hash').fill('ada-lovelace')
  await page.getByRole('button', { name: 'Show', exact: true }).click()
  await page.getByRole('heading', { name: 'User ada-lovelace' }).waitFor()
  expect(new URL(page.url()).search).toBe('?page=person&user=ada-lovelace')
  await page.locator('treadlight-user-card li').first().waitFor()
  await page.getByRole('button', { name: 'Erase…' }).click()
  await page.getByText('18 hits of user ada-lovelace of site default would be erased: 10 pageviews, 4 events, 4 engagement reports. So would what has not reached destinations: crm (2 waiting, 0 dead letters), lake (0 waiting, 2 dead letters). Nothing was changed. This cannot be undone.').waitFor()
  await page.getByRole('button', { name: 'Erase for ever' }).click()
  const report = page.getByRole('status', { name: 'Report of the erasure' })
  await report.getByText(/^Erased 18 hits of user ada-lovelace of site default/).waitFor()
  await page.getByText('Nothing is stored of ada-lovelace').waitFor()
  await page.getByText('No views yet').waitFor()

  // In force at once.
  const api = async (path: string): Promise<string> => (await stage.context.request.get(stage.url + path)).text()
  expect(await api('api/export?format=ndjson')).not.toMatch(hers)
  for (const name of ['user=ada-lovelace', 'session=s-of-ada-0', 'session=s-of-ada-3', 'visitor=v0f0ada']) {
    expect(JSON.parse(await api(`api/timeline?${name}`))).toMatchObject({ summary: null, visits: [] })
    expect(await api(`api/export?format=ndjson&${name}`)).toBe('')
  }
  expect(await api('api/card?user=ada-lovelace')).toContain('"views":[]')
  expect((await textsOfHer()).filter((key) => key.startsWith('forwarding:'))).toEqual([])
  expect(await api('api/destinations')).not.toMatch(hers)

  // The report is kept; and asked again it says how far it is.
  const [download] = await Promise.all([page.waitForEvent('download'), report.getByRole('button', { name: 'Save the report' }).click()])
  expect(JSON.parse(await readFile(await download.path(), 'utf8'))).toMatchObject({ person: { user: 'ada-lovelace' }, erased: 18, destinations: [{ name: 'crm', waiting: 2, dead: 0 }, { name: 'lake', waiting: 0, dead: 2 }], finished: false, erased_by: 'admin' })
  await report.getByRole('button', { name: 'Are the bytes gone?' }).click()
  await report.getByText('bytes of them are still in the storage').waitFor()

  for (const minutes of [31, 42, 53, 64]) await maintainIn(minutes)
  await report.getByRole('button', { name: 'Are the bytes gone?' }).click()
  await report.getByText('Nothing of them is left in the storage.').waitFor()
  expect(await textsOfHer()).toEqual([])
  // The others are all there: those of days with kept sums are in these.
  const left = (await api('api/export?format=ndjson')).trim().split('\n')
  expect(left.filter((line) => line.includes('"visitor":"v1"'))).toHaveLength(4)
  expect(left.filter((line) => line.includes('somebody else'))).toHaveLength(1)
})
