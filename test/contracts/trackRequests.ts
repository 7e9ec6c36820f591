import type { Hit } from '@treadlight/protocol'
import { createMemorySender, createTracking, type Tracking, type Visit } from '@treadlight/server'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

/** An answer of a test's app. A list is a body that comes in pieces. */
export interface AppAnswer {
  status?: number
  headers?: Record<string, string>
  body?: string | string[] | Uint8Array
}

/** What an app answers to a path, whatever its framework. */
export type AppHandler = (visit: Visit | undefined) => AppAnswer | Promise<AppAnswer>

const html = { 'content-type': 'text/html; charset=utf-8' }
const page = (title: string, rest = ''): string => `<!doctype html><html><head><title>${title}</title>${rest}</head><body>Grüße</body></html>`
const bytes = Uint8Array.from({ length: 3000 }, (_, index) => index % 256)

/** The routes of every app. */
export const appRoutes: Record<string, AppHandler> = {
  '/': () => ({ headers: html, body: page('Cats &amp; dogs') }),
  '/pieces': () => ({ headers: html, body: ['<!doctype html><ti', 'tle>In pie', 'ces</title><p>', 'end'] }),
  '/json': () => ({ headers: { 'content-type': 'application/json' }, body: '{"ok":true}' }),
  '/bytes': () => ({ headers: { 'content-type': 'application/octet-stream' }, body: bytes }),
  '/missing': () => ({ status: 404, headers: html, body: page('Nothing here') }),
  '/moved': () => ({ status: 302, headers: { location: '/' } }),
  '/empty': () => ({ status: 204 }),
  '/tag': async (visit) => ({ headers: { ...html, 'cache-control': 'public, max-age=600' }, body: page('With a tag', await visit!.tag()) }),
  '/event': (visit) => {
    visit!.track('signup', { plan: 'pro' })
    return { headers: html, body: page('Event') }
  },
  '/admin/users': () => ({ headers: html, body: page('Excluded') }),
  '/fails': () => {
    throw new Error('the app is broken')
  },
}

/** An app of a framework that listens on a port of its own. */
export interface RunningApp {
  url: string
  close(): Promise<void>
}

/** A document request, as browsers make it. */
const asBrowser = {
  accept: 'text/html,application/xhtml+xml,*/*;q=0.8',
  'accept-language': 'de-DE,de;q=0.9',
  'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
  'sec-fetch-dest': 'document',
}

/**
 * What every framework's `trackRequests` does: an app of it is started with the routes above and asked over HTTP.
 *
 * @param start starts the app
 * @param lacks what the framework cannot tell: the peer's address where it runs behind something else
 */
export function testTrackRequests(name: string, start: (tracking: Tracking) => Promise<RunningApp>, { lacks = [] }: { lacks?: ('address')[] } = {}): void {
  describe(name, () => {
    const sender = createMemorySender()
    const errors: unknown[] = []
    let failing = false
    const tracking = createTracking({
      collector: 'https://stats.example',
      sender: { ...sender, send: (hit) => (failing ? Promise.reject(new Error('no collector')) : sender.send(hit)) },
      exclude: ['admin/'],
      visitor: 'session',
      secret: 'a secret of thirty-two characters and more',
      onError: (error) => errors.push(error),
    })
    let app: RunningApp
    beforeAll(async () => void (app = await start(tracking)), 30_000)
    afterAll(() => app.close())

    /** Asks, and waits until what the answer makes has been sent. */
    async function ask(path: string, headers: Record<string, string> = asBrowser, method = 'GET'): Promise<{ response: Response; body: Uint8Array; hits: Hit[] }> {
      sender.hits.length = 0
      const response = await fetch(app.url + path, { method, headers, redirect: 'manual' })
      const body = new Uint8Array(await response.arrayBuffer())
      // The answer is out before its end is told of.
      await new Promise((resolve) => setTimeout(resolve, 30))
      return { response, body, hits: [...sender.hits] }
    }
    const textOf = (body: Uint8Array): string => new TextDecoder().decode(body)

    test('SS19, PV09: a page is a pageview with URL, title, referrer and the visitor’s side of the request', async () => {
      const { response, body, hits } = await ask('/?utm_source=news', { ...asBrowser, referer: 'https://search.example/?q=1' })
      expect(response.status).toBe(200)
      expect(textOf(body)).toBe(page('Cats &amp; dogs'))
      expect(hits).toHaveLength(1)
      expect(hits[0]).toMatchObject({
        type: 'pageview',
        url: `${app.url}/?utm_source=news`,
        title: 'Cats & dogs',
        referrer: 'https://search.example/?q=1',
        client: { userAgent: asBrowser['user-agent'], headers: { 'accept-language': 'de-DE,de;q=0.9' } },
      })
      if (!lacks.includes('address')) expect(hits[0]!.client!.address).toMatch(/^(::ffff:)?127\.0\.0\.1$/)
    })

    test('a body that comes in pieces goes out as it is, and its title is read', async () => {
      const { body, hits } = await ask('/pieces')
      expect(textOf(body)).toBe('<!doctype html><title>In pieces</title><p>end')
      expect(hits.map(({ title }) => title)).toEqual(['In pieces'])
    })

    test.each([
      ['data', '/json', { accept: 'application/json', 'sec-fetch-dest': 'empty' }, 'GET', 200],
      ['a form', '/', {}, 'POST', undefined],
      ['a prefetch', '/', { 'sec-purpose': 'prefetch' }, 'GET', 200],
      ['a script’s request', '/', { 'x-requested-with': 'XMLHttpRequest' }, 'GET', 200],
      ['a missing page', '/missing', {}, 'GET', 404],
      ['a redirect', '/moved', {}, 'GET', 302],
      ['nothing', '/empty', {}, 'GET', 204],
      ['an excluded path', '/admin/users', {}, 'GET', 200],
    ] as const)('SS19–SS23, AR03, AR04: %s is no pageview', async (_, path, headers, method, status) => {
      const { response, hits } = await ask(path, { ...asBrowser, ...headers }, method)
      if (status !== undefined) expect(response.status).toBe(status)
      expect(hits).toEqual([])
    })

    test('what is no page passes through byte by byte', async () => {
      const { body } = await ask('/bytes')
      expect(body).toEqual(bytes)
    })

    test('PV02: a page with a tag is private, and names the view that is counted', async () => {
      const { response, body, hits } = await ask('/tag')
      expect(response.headers.get('cache-control')).toMatch(/private/)
      expect(response.headers.get('cache-control')).not.toMatch(/public/)
      expect(hits).toHaveLength(1)
      expect(textOf(body)).toContain(`data-view="${hits[0]!.id}"`)
    })

    test('SS25: an event belongs to the view', async () => {
      const { hits } = await ask('/event')
      const [view, event] = hits.toSorted((a) => (a.type === 'pageview' ? -1 : 1))
      expect(hits).toHaveLength(2)
      expect(event).toMatchObject({ type: 'event', name: 'signup', props: { plan: 'pro' }, view: view!.id })
    })

    test('AR01, AR13: the first answer brings the visitor’s cookie, the second none', async () => {
      const first = await ask('/')
      const cookies = first.response.headers.getSetCookie()
      expect(cookies.length).toBeGreaterThan(0)
      const second = await ask('/', { ...asBrowser, cookie: cookies.map((cookie) => cookie.split(';')[0]).join('; ') })
      expect(second.response.headers.getSetCookie()).toEqual([])
      expect(second.hits).toHaveLength(1)
    })

    test('SS37: the app’s own error stays its own', async () => {
      const { response, hits } = await ask('/fails')
      expect(response.status).toBe(500)
      expect(hits).toEqual([])
    })

    test('SS37: a sender that fails changes no answer', async () => {
      failing = true
      errors.length = 0
      try {
        const { response, body } = await ask('/')
        expect(response.status).toBe(200)
        expect(textOf(body)).toBe(page('Cats &amp; dogs'))
        expect(errors).toHaveLength(1)
      } finally {
        failing = false
      }
    })
  })
}
