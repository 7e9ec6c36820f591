import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { StoredHit } from '@treadlight/store'
import { Umami } from '@umami/node'
import MatomoTracker from 'matomo-tracker'
import { serve as listen } from 'srvx'
import { describe, expect, onTestFinished, test } from 'vitest'
import { chrome, createDialectCollector, firefox, type DialectCollector } from './sendAs.ts'

// The programs that other products publish for servers, unmodified: all that changes is the URL.

const website = '5b0a6c1e-0d4f-4f0e-9f5b-2f6f0a2b7c11'
const page = 'https://shop.example/cart?utm_source=news'

/** A collector on a port; the site of these clients is `shop`. */
async function startCollector(): Promise<DialectCollector & { url: string }> {
  const collector = await createDialectCollector({ aliases: { [website]: 'shop', '7': 'shop' }, now: Date.now })
  const server = listen({ fetch: collector.collector.fetch, port: 0, hostname: '127.0.0.1', silent: true, gracefulShutdown: false })
  await server.ready()
  onTestFinished(() => server.close(true))
  return { ...collector, url: server.url!.replace(/\/$/, '') }
}

describe('@umami/node', () => {
  test('pages and events are counted', async () => {
    const collector = await startCollector()
    const umami = new Umami({ websiteId: website, hostUrl: collector.url, userAgent: firefox })
    const told = await umami.track({ url: '/cart?utm_source=news', hostname: 'shop.example', title: 'Cart', referrer: 'https://r.example/', language: 'de', screen: '800x600' } as never)
    expect([told.status, Object.keys((await told.json()) as object)]).toEqual([200, ['cache', 'sessionId', 'visitId']])
    expect((await umami.track('signup', { plan: 'pro' })).status).toBe(200)
    expect((await umami.identify({ plan: 'pro' })).status).toBe(200)
    const stored = await collector.of('shop')
    expect(stored).toMatchObject([
      { type: 'pageview', url: page, title: 'Cart', source: 'news', browser: 'Firefox', screen: '800x600', language: 'de' },
      { type: 'event', name: 'signup', props: { plan: 'pro' }, url: 'https://shop.example/' },
    ])
  })

  test('with the user agent that it has by itself it is no robot', async () => {
    const collector = await startCollector()
    await new Umami({ websiteId: website, hostUrl: collector.url }).track({ url: '/', hostname: 'shop.example' } as never)
    expect(await collector.of('shop')).toHaveLength(1)
  })
})

describe('matomo-tracker', () => {
  /** Rejects with what the client calls an error: a status that is neither 200 nor 204. */
  function open(url: string): { tracker: MatomoTracker; errors: unknown[] } {
    const errors: unknown[] = []
    const tracker = new MatomoTracker(7, url)
    tracker.on('error', (error: unknown) => errors.push(error))
    return { tracker, errors }
  }
  const bulk = (tracker: MatomoTracker, events: object[]): Promise<string> => new Promise((resolve) => tracker.trackBulk(events, resolve))
  const stored = (collector: DialectCollector, count: number): Promise<StoredHit[]> =>
    expect.poll(() => collector.of('shop')).toHaveLength(count).then(() => collector.of('shop'))

  test('a URL alone, and a page with all that is known of it', async () => {
    const collector = await startCollector()
    const { tracker, errors } = open(`${collector.url}/matomo.php`)
    tracker.track(page)
    await stored(collector, 1)
    tracker.track({ url: page, action_name: 'Cart', ua: chrome, lang: 'de-CH', urlref: 'https://r.example/', res: '800x600', e_c: 'Video', e_a: 'play', e_n: 'Intro', e_v: '3', cvar: JSON.stringify({ 1: ['plan', 'pro'] }) })
    const hits = await stored(collector, 2)
    expect(hits).toMatchObject([
      { type: 'pageview', url: page, source: 'news' },
      { type: 'event', name: 'play', props: { plan: 'pro', category: 'Video', label: 'Intro', value: 3 }, browser: 'Chrome', language: 'de-CH', referrerHost: 'r.example', screen: '800x600' },
    ])
    expect(errors).toEqual([])
  })

  test('with a token it speaks for its visitors', async () => {
    const collector = await startCollector()
    const { tracker, errors } = open(`${collector.url}/piwik.php`)
    for (const cip of ['203.0.113.9', '203.0.113.10']) tracker.track({ url: page, token_auth: collector.token, cip, ua: chrome, uid: 'u1' })
    const hits = await stored(collector, 2)
    expect(hits).toMatchObject([1, 2].map(() => ({ origin: 'server', user: 'u1', browser: 'Chrome' })))
    expect(new Set(hits.map(({ visitor }) => visitor)).size).toBe(2)
    expect(errors).toEqual([])
  })

  test('many at once, in their order', async () => {
    const collector = await startCollector()
    const { tracker, errors } = open(`${collector.url}/matomo.php`)
    const told = await bulk(tracker, [{ url: page, action_name: '1' }, { url: page, action_name: '2' }, { url: 'mailto:a', action_name: '3' }])
    expect(told).toBe('{"status":"success","tracked":2,"invalid":1}')
    expect((await stored(collector, 2)).map(({ title }) => title)).toEqual(['1', '2'])
    expect(errors).toEqual([])
  })

  test('a token in each request of a bulk, which is where the package has room for one', async () => {
    const collector = await startCollector()
    const { tracker, errors } = open(`${collector.url}/matomo.php`)
    const of = (cip: string, token = collector.token) => ({ url: page, ua: chrome, cip, uid: cip, token_auth: token })
    await bulk(tracker, [of('203.0.113.7'), of('198.51.100.7')])
    const hits = await stored(collector, 2)
    expect([hits.map(({ user }) => user).sort(), new Set(hits.map(({ visitor }) => visitor)).size]).toEqual([['198.51.100.7', '203.0.113.7'], 2])
    expect(errors).toEqual([])
    expect(await bulk(tracker, [of('203.0.113.7'), of('203.0.113.7', 'wrong')])).toBe('{"status":"error","tracked":0,"invalid":2}')
    expect(errors).toEqual([401])
  })

  test('it is told of what is refused', async () => {
    const collector = await startCollector()
    const { tracker, errors } = open(`${collector.url}/matomo.php`)
    tracker.track({ url: page, token_auth: 'x' })
    await expect.poll(() => errors).toEqual([401])
    expect(await collector.of('shop')).toEqual([])
  })

  test('it says what it says of any server', async () => {
    // That a server that answers 500 is an error to it: so the tests above would have seen one.
    const broken = createServer((_, response) => response.writeHead(500).end())
    await new Promise<void>((resolve) => broken.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void broken.close())
    const { tracker, errors } = open(`http://127.0.0.1:${(broken.address() as AddressInfo).port}/matomo.php`)
    tracker.track(page)
    await expect.poll(() => errors).toEqual([500])
  })
})
