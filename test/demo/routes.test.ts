import { H3 } from 'h3'
import { expect, test } from 'vitest'
import { addDemoRoutes } from '../../demo/src/demoRoutes.ts'

const app = new H3({ silent: true })
addDemoRoutes(app)

const tag = '<script defer src="/t.js" data-ignore="iframe"></script>'
const html = 'text/html; charset=utf-8'
const script = 'text/javascript; charset=utf-8'

test.each([
  ['/demo/', html, 'Treadlight demo'],
  ['/demo/demo.css', 'text/css; charset=utf-8', 'color-scheme'],
  ['/demo/icon.svg', 'image/svg+xml; charset=utf-8', '<svg'],
  ['/demo/shop/', html, 'Heel &amp; Spoke'],
  ['/demo/shop/shop.js', script, 'startRouter'],
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

test.each(['/demo/', '/demo/shop/', '/demo/shop/cart', '/demo/notes/', '/demo/pages/', '/demo/pages/canal-at-dawn', '/demo/nothing'])(
  '%s has one tag, and nothing inline that a strict policy would refuse',
  async (path) => {
    const answer = await get(path)
    const body = await answer.text()
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'self'")
    expect(body.split(tag)).toHaveLength(2)
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
  expect(body.split('<script')).toHaveLength(2)
  expect(body).not.toMatch(/<img|<b>/)
})

function get(path: string): Promise<Response> {
  return Promise.resolve(app.fetch(new Request(`http://demo.example${path}`)))
}
