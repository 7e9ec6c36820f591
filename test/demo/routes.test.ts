import { verifyUser } from '@treadlight/protocol'
import { H3 } from 'h3'
import { expect, test } from 'vitest'
import { addDemoRoutes } from '../../demo/src/demoRoutes.ts'

const app = new H3({ silent: true })
addDemoRoutes(app)

const panel = '<script type="module" src="/demo/panel/panel.js"></script>'
const tag = '<script defer src="/t.js" data-ignore="iframe"></script>'
const fullTag = '<script defer src="/t.full.js" data-ignore="iframe" data-before-send="demoBeforeSend" data-heartbeat="15"></script>'
const html = 'text/html; charset=utf-8'
const script = 'text/javascript; charset=utf-8'

test.each([
  ['/demo/', html, 'Treadlight demo'],
  ['/demo/demo.css', 'text/css; charset=utf-8', 'color-scheme'],
  ['/demo/icon.svg', 'image/svg+xml; charset=utf-8', '<svg'],
  ['/demo/shop/', html, 'Heel &amp; Spoke'],
  ['/demo/shop/shop.js', script, 'startRouter'],
  ['/demo/panel/panel.js', script, 'watchWire'],
  ['/demo/price-list.csv', 'text/csv; charset=utf-8', 'Brass bell'],
  ['/demo/shop/art/brass-bell.svg', 'image/svg+xml; charset=utf-8', '<svg'],
  ['/demo/notes/', html, 'Pocket notes'],
  ['/demo/notes/notes.js', script, 'hashchange'],
  ['/demo/pages/', html, 'Along the canal at dawn'],
  ['/demo/pages/?q=soup', html, 'Over the ridge in one day'],
  ['/demo/pages/canal-at-dawn', html, 'heron'],
  ['/demo/pages/over-the-ridge', html, 'beech woods'],
])('%s answers %s', async (path, type, content) => {
  const answer = await get(path)
  expect(answer.status).toBe(200)
  expect(answer.headers.get('content-type')).toBe(type)
  expect(answer.headers.get('cache-control')).toBe('no-cache')
  expect(await answer.text()).toContain(content)
})

test.each(['products/brass-bell', 'cart', 'checkout', 'thanks', 'products/nothing', 'a/b/c?utm_source=newsletter'])(
  'the deep link %s serves the shop’s shell',
  async (path) => {
    const answer = await get(`/demo/shop/${path}`)
    expect(answer.status).toBe(200)
    expect(await answer.text()).toBe(await (await get('/demo/shop/')).text())
  },
)

test.each(['/demo/nothing', '/demo/notes/nothing', '/demo/pages/nothing', '/demo/pages/a/b', '/demo/..%2fpackage.json', '/demo/shop.js'])(
  '%s is not found',
  async (path) => {
    expect((await get(path)).status).toBe(404)
  },
)

test.each([
  ['/demo', '/demo/'],
  ['/demo/shop?ref=blog', '/demo/shop/?ref=blog'],
  ['/demo/notes', '/demo/notes/'],
  ['/demo/pages', '/demo/pages/'],
])('%s is sent to %s', async (path, to) => {
  const answer = await get(path)
  expect(answer.status).toBe(302)
  expect(answer.headers.get('location')).toBe(to)
})

test.each([
  ['/demo/', tag],
  ['/demo/shop/', fullTag],
  ['/demo/shop/cart', fullTag],
  ['/demo/notes/', tag],
  ['/demo/pages/', tag],
  ['/demo/pages/canal-at-dawn', tag],
  ['/demo/nothing', fullTag],
])(
  '%s has one tag, the panel before it, and nothing inline that a strict policy would refuse',
  async (path, itsTag) => {
    const answer = await get(path)
    const body = await answer.text()
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'self'")
    expect(body.split(itsTag)).toHaveLength(2)
    expect(body.match(/src="\/t\.[^"]*"/g)).toHaveLength(1)
    expect(body.indexOf(panel)).toBeGreaterThan(0)
    expect(body.indexOf(panel)).toBeLessThan(body.indexOf(itsTag))
    expect(body).not.toMatch(/<style|<script(?![^>]* src=)|\son\w+=|\sstyle=/)
  },
)

test.each([
  ['/demo/pages/?q=', '<script>alert(1)</script>'],
  ['/demo/pages/?q=', '"><img src=x onerror=alert(1)>'],
  ['/demo/pages/?q=', "'&<b>"],
  ['/demo/pages/', '<script>alert(1)'],
  ['/demo/', '<script>alert(1)'],
])('%s%s comes back escaped', async (path, payload) => {
  const body = await (await get(path + encodeURIComponent(payload))).text()
  expect(body).not.toContain(payload)
  // The tracker's and the panel's.
  expect(body.split('<script')).toHaveLength(3)
  expect(body).not.toMatch(/<img|<b>/)
})

test('what is broken on purpose: a collector that says later, and somebody in between', async () => {
  const [busy, portal] = await Promise.all(['busy', 'portal'].map((name) => post(`/demo/broken/${name}`)))
  expect([busy!.status, busy!.headers.get('retry-after'), Number(busy!.headers.get('x-hit')) > 0]).toEqual([503, '3', true])
  expect([portal!.status, portal!.headers.get('x-hit')]).toEqual([200, null])
})

test('logs in Anna and Ben alone, and nobody where there is no secret', async () => {
  const secret = 'a secret that is long enough to be one'
  const withSecret = new H3({ silent: true })
  addDemoRoutes(withSecret, secret)
  const answer = await withSecret.fetch(new Request('http://demo.example/demo/token/anna', { method: 'POST' }))
  const { token } = (await answer.json()) as { token: string }
  expect(await verifyUser(token, { secrets: [secret], time: Date.now() })).toMatchObject({ claims: { user: 'demo-anna' } })
  expect((await withSecret.fetch(new Request('http://demo.example/demo/token/admin', { method: 'POST' }))).status).toBe(404)
  expect((await post('/demo/token/anna')).status).toBe(404)
})

function post(path: string): Promise<Response> {
  return Promise.resolve(app.fetch(new Request(`http://demo.example${path}`, { method: 'POST' })))
}

function get(path: string): Promise<Response> {
  return Promise.resolve(app.fetch(new Request(`http://demo.example${path}`)))
}
