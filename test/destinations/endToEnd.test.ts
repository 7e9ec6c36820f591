import { ga4, matomo, plausible, treadlight, umami, universalAnalytics, type Destination, type ForwardedHit } from '@treadlight/destinations'
import type { SendRequest } from '@treadlight/destinations/forward'
import { createValues, type StoredHit } from '@treadlight/store'
import { createStorage } from 'unstorage'
import { describe, expect, test } from 'vitest'
import { createTokens } from '../../packages/collector/src/admin/tokens.ts'
import { createTestCollector, noon } from '../collector/collector.ts'
import { forwardedHit } from './forwardedHit.ts'
import { handOver } from './requestsOf.ts'

// Each destination into our own dialect of the same protocol: what comes out at the other end is the hit that went in.

const userSecret = '0123456789abcdef0123456789abcdef'
const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'
const minuteAgo = noon - 60_000
const id = (index: number): string => `${(minuteAgo + index * 1000).toString(16).padStart(12, '0').replace(/^(.{8})/, '$1-')}-7abc-8def-0123456789ab`

/** A visitor's minute: a page, a search, a purchase and how they read. */
const shared: Partial<ForwardedHit> = { view: id(0), visitor: '00112233aabbccdd', user: 'ann', address: '203.0.113.0', userAgent: firefox, screen: '1280x720', language: 'de-CH' }
const make = (index: number, changes: Partial<ForwardedHit>): ForwardedHit => forwardedHit({ ...shared, id: id(index), time: minuteAgo + index * 1000, url: 'https://shop.example/cart?a=1', ...changes })
const pageview = make(0, { title: 'Cart “now”', referrer: 'https://news.example/a?b=c', url: 'https://shop.example/cart?a=1&utm_source=news&utm_medium=email&utm_campaign=may' })
const search = make(1, { type: 'event', name: 'search', props: { term: 'red shoes & socks', page: 2 } })
const purchase = make(2, { type: 'event', name: 'purchase', props: { plan: 'pro' }, revenue: { amount: '19.90', currency: 'EUR' } })
const engagement = make(3, { type: 'engagement', engaged: 12_000, engagedDelta: 12_000, scroll: 80 })

async function openOther() {
  const values = createValues(createStorage())
  const { token } = await createTokens(values, () => noon).create('other', ['hits'])
  const other = createTestCollector({ values, userSecrets: [userSecret], aliases: { 'UA-1-1': 'default', 'G-1': 'default', '7': 'default' } })
  const fetch = async (input: RequestInfo | URL, init?: RequestInit): Promise<Response> => other.collector.fetch(Object.assign(new Request(input, init), { ip: '198.51.100.7' }))
  return { other, token, fetch }
}

interface Row {
  create: (token: string) => Destination
  /** What of the pageview the protocol has words for, as it is stored at the other end. */
  pageview: Partial<StoredHit>
  search: Partial<StoredHit>
  purchase: Partial<StoredHit>
  /** Undefined where it has none for it. */
  engagement?: Partial<StoredHit>
}

const url = 'http://other.example'
const attribution = { source: 'news', medium: 'email', campaign: 'may', referrerHost: 'news.example' }
const who = { browser: 'Firefox', os: 'Linux' }
const told = { url: pageview.url, referrer: pageview.referrer, ...attribution, ...who }
const revenue = { amount: '19.90', currency: 'EUR' }
const at = (hit: ForwardedHit): Partial<StoredHit> => ({ time: hit.time, user: 'ann' })

const rows: Record<string, Row> = {
  treadlight: {
    create: (token) => treadlight({ url, token, site: 'default', userSecret }),
    pageview: { ...told, ...at(pageview), id: pageview.id, view: pageview.id, title: pageview.title, screen: '1280x720', language: 'de-CH' },
    search: { ...at(search), id: search.id, view: pageview.id, props: search.props! },
    purchase: { ...at(purchase), id: purchase.id, props: purchase.props!, revenue },
    engagement: { ...at(engagement), id: engagement.id, view: pageview.id, engaged: 12_000, scroll: 80 },
  },
  plausible: {
    create: (token) => plausible({ url, token, domain: 'shop.example' }),
    pageview: { ...told, time: noon },
    search: { props: { term: 'red shoes & socks', page: '2' } },
    purchase: { props: { plan: 'pro' }, revenue },
    engagement: { engagedDelta: 12_000, scroll: 80 },
  },
  umami: {
    create: (token) => umami({ url, token, website: 'a0000000-0000-4000-8000-000000000000' }),
    pageview: { ...told, ...at(pageview), title: pageview.title, screen: '1280x720', language: 'de-CH' },
    search: { ...at(search), props: search.props! },
    // A number there: trailing zeros are not kept.
    purchase: { ...at(purchase), props: { plan: 'pro' }, revenue: { amount: '19.9', currency: 'EUR' } },
  },
  matomo: {
    create: (token) => matomo({ url, token, idsite: 7 }),
    pageview: { ...told, ...at(pageview), title: pageview.title, screen: '1280x720', language: 'de-CH' },
    // Of texts only, as custom variables are.
    search: { ...at(search), props: { category: 'Treadlight', term: 'red shoes & socks', page: '2' } },
    purchase: { ...at(purchase), props: { order: purchase.id, plan: 'pro' }, revenue },
    // A heartbeat says that somebody is there, not for how long: the dialect takes it for one of Matomo's own, 15 s.
    engagement: { ...at(engagement), engagedDelta: 15_000 },
  },
  ga4: {
    create: (token) => ga4({ url, apiSecret: token, measurementId: 'G-1' }),
    pageview: { ...told, ...at(pageview), title: pageview.title, screen: '1280x720', language: 'de-CH' },
    search: { ...at(search), props: search.props! },
    // A number there too.
    purchase: { ...at(purchase), props: { plan: 'pro', transaction_id: purchase.id }, revenue: { amount: '19.9', currency: 'EUR' } },
    engagement: { ...at(engagement), engagedDelta: 12_000, scroll: 80 },
  },
  'universal-analytics': {
    create: () => universalAnalytics({ host: 'other.example', trackingId: 'UA-1-1', dimensions: { term: 1, page: 2, plan: 3 } }),
    // Nobody has a token in this protocol, so no user is believed.
    pageview: { ...told, time: pageview.time, title: pageview.title, screen: '1280x720', language: 'de-CH', user: '' },
    search: { time: search.time, props: { dimension1: 'red shoes & socks', dimension2: '2' } },
    purchase: { time: purchase.time, revenue },
  },
}

describe.each(Object.entries(rows))('AR09: %s into our own dialect of it', (_, row) => {
  test('finds the same hits again', async () => {
    const { other, token, fetch } = await openOther()
    const destination = row.create(token)
    for (const hit of [pageview, search, purchase, engagement]) {
      const verdicts = await handOver(destination, [hit], { fetch, now: noon })
      if (hit !== engagement || row.engagement) expect(verdicts.map((verdict) => (verdict.kind === 'some' ? verdict : { kind: verdict.kind, reason: 'reason' in verdict ? verdict.reason : '' }))).toEqual([{ kind: 'sent', reason: '' }])
    }
    const stored = await other.stored()
    expect(other.errors).toEqual([])
    const find = (type: string, name?: string): StoredHit | undefined => stored.find((hit) => hit.type === type && hit.name === name)
    expect(find('pageview')).toMatchObject(row.pageview)
    expect(find('event', 'search')).toMatchObject({ url: search.url, ...row.search })
    expect(find('event', 'purchase')).toMatchObject({ url: search.url, ...row.purchase })
    // It belongs to the pageview, also where the protocol has no word for that.
    if (row.engagement) expect(find('engagement')).toMatchObject({ view: find('pageview')!.view, ...row.engagement })
    expect(stored).toHaveLength(row.engagement ? 4 : 3)
    // One person, at the other end too.
    expect(new Set(stored.map(({ visitor }) => visitor)).size).toBe(1)
  })

  test('SS38: a hundred hits arrive as a hundred, in as many requests as the protocol wants', async () => {
    const { other, token, fetch } = await openOther()
    const hits = Array.from({ length: 100 }, (_, index) => make(index % 50, { id: id(index), url: `https://shop.example/${index}` }))
    for (const { kind } of await handOver(row.create(token), hits, { fetch, now: noon })) expect(kind).toBe('sent')
    expect(new Set((await other.stored()).map((hit) => hit.url)).size).toBe(100)
  })
})

test('a hit that another treadlight gets twice counts once', async () => {
  const { other, token, fetch } = await openOther()
  const destination = treadlight({ url, token, site: 'default' })
  for (let time = 0; time < 3; time++) expect(await handOver(destination, [pageview, search], { fetch, now: noon })).toEqual([{ kind: 'sent' }])
  expect((await other.stored()).map((hit) => hit.id)).toEqual([pageview.id, search.id])
})

test('the whole way: what visitors send to one collector is in another, where each protocol finds its own', async () => {
  const { other, token, fetch } = await openOther()
  const reached: string[] = []
  const send: SendRequest = async ({ url: to, method = 'POST', headers = {}, body = '' }, { allowPrivate }) => {
    reached.push(`${new URL(to).pathname} ${allowPrivate}`)
    const response = await fetch(to, { method, headers, body })
    return { status: response.status, header: (name) => response.headers.get(name) ?? '', body: await response.text() }
  }
  const destinations = [treadlight({ url, token, site: 'default' }), plausible({ url, token, domain: 'shop.example', allowPrivate: true })] as Destination[]
  const first = createTestCollector({ destinations, forwarding: { send, rhythm: { gatherFor: 1 } } })
  const headers = { 'user-agent': firefox }
  const page = { id: id(0), url: 'https://shop.example/cart', title: 'Cart', referrer: '', timestamp: new Date(minuteAgo).toISOString() }
  expect((await first.post([page, { ...page, id: id(1), url: 'https://shop.example/denied', forwarding: false }], headers)).status).toBe(201)
  await first.request('/api/event', { method: 'POST', headers, body: JSON.stringify({ name: 'search', url: 'https://shop.example/cart', domain: 'shop.example' }) })
  await first.collector.forwarding!.close({ timeout: 5000 })
  expect([first.errors, other.errors]).toEqual([[], []])
  expect(new Set(reached)).toEqual(new Set(['/hit false', '/api/event true']))
  const stored = (await other.stored()).map(({ type, name = '', url: at }) => `${type} ${name} ${at}`)
  expect(stored.toSorted()).toEqual(['event search https://shop.example/cart', 'event search https://shop.example/cart', 'pageview  https://shop.example/cart', 'pageview  https://shop.example/cart'])
  expect((await other.stored()).map((hit) => hit.id)).toContain(id(0))
})
