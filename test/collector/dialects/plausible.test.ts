import { describe, expect, test } from 'vitest'
import { createTestCollector, type TestCollector } from '../collector.ts'

const browser = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'

/** Posts as Plausible's script does. */
function send({ request }: Pick<TestCollector, 'request'>, event: unknown, headers: Record<string, string> = {}): Promise<Response> {
  const body = typeof event === 'string' ? event : JSON.stringify(event)
  return request('/api/event', { method: 'POST', body, headers: { 'content-type': 'text/plain', 'user-agent': browser, ...headers } })
}

describe('Plausible: /api/event', () => {
  test('a pageview is answered 202 ok and stored', async () => {
    const collector = createTestCollector()
    const response = await send(collector, { n: 'pageview', u: 'https://shop.example/a?utm_source=news', d: 'shop.example', r: 'https://r.example/' })
    expect([response.status, await response.text(), response.headers.get('content-type')]).toEqual([202, 'ok', 'text/plain; charset=utf-8'])
    expect(response.headers.get('x-plausible-dropped')).toBeNull()
    expect(await collector.stored()).toMatchObject([{ type: 'pageview', path: '/a', source: 'news', referrerHost: 'r.example', browser: 'Firefox' }])
  })

  test('engagement is of the view of its page', async () => {
    const collector = createTestCollector()
    await send(collector, { n: 'pageview', u: 'https://shop.example/a', d: 'shop.example' })
    collector.clock.now += 5000
    await send(collector, { n: 'engagement', u: 'https://shop.example/a', d: 'shop.example', e: 4000, sd: 120 })
    collector.clock.now += 5000
    await send(collector, { n: 'engagement', u: 'https://shop.example/a', d: 'shop.example', e: '3000', sd: 20 })
    const [view, first, second] = await collector.stored()
    expect([first, second]).toMatchObject([
      { type: 'engagement', engagedDelta: 4000, scroll: 100, view: view!.view },
      { type: 'engagement', engagedDelta: 3000, scroll: 20, view: view!.view },
    ])
  })
})
