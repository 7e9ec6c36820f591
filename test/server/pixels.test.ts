import { createPing, createPixel, createTracking } from '@treadlight/server'
import { decodeHit } from '@treadlight/protocol'
import { expect, test } from 'vitest'
import { createRecordingSender } from './recordingSender.ts'

const sender = createRecordingSender()
const tracking = createTracking({ sender })

test.each<[why: string, url: string, referer: string | undefined, expected: object | undefined]>([
  ['M142: path and referrer', '/pixel.gif?p=/x&r=https://r/', undefined, { url: 'https://shop.example/x', referrer: 'https://r/' }],
  ['a path with a query', '/pixel.gif?p=/x%3Fa%3D1', 'https://shop.example/page', { url: 'https://shop.example/x?a=1', referrer: '' }],
  ['the page around it', '/pixel.gif?r=https://r/', 'https://shop.example/page', { url: 'https://shop.example/page', referrer: 'https://r/' }],
  ['of another host', '/pixel.gif?p=//evil.example/x', undefined, undefined],
  ['of another host, as browsers read it', '/pixel.gif?p=/%5Cevil.example/x', undefined, undefined],
  ['of another host, behind what URLs leave out', '/pixel.gif?p=/%09/evil.example/x', undefined, undefined],
  ['of no page', '/pixel.gif', undefined, undefined],
  ['of no page, but an app', '/pixel.gif', 'android-app://com.example/', undefined],
])('AR08: a pixel: %s', async (_, url, referer, expected) => {
  const before = sender.hits.length
  const response = createPixel(tracking)(new Request(`https://shop.example${url}`, { headers: referer === undefined ? {} : { referer } }))
  expect(response.headers.get('content-type')).toBe('image/gif')
  expect(response.headers.get('cache-control')).toBe('no-store')
  expect(new TextDecoder().decode((await response.arrayBuffer()).slice(0, 6))).toBe('GIF89a')
  await tracking.hit(new Request('https://shop.example/'), { title: 'last' })
  expect(sender.hits.slice(before)).toMatchObject([...(expected === undefined ? [] : [{ type: 'pageview', ...expected }]), { title: 'last' }])
})

test('SS33 M132: a ping says the screen, and is 204', async () => {
  const before = sender.hits.length
  const ask = new Request('https://shop.example/ping?r=1920x1080&v=800x600&c=24', { headers: { referer: 'https://shop.example/page' } })
  expect(createPing(tracking)(ask).status).toBe(204)
  await sender.arrived(before + 1)
  expect(decodeHit(sender.hits.at(-1))).toMatchObject({
    type: 'event',
    name: 'Ping',
    url: 'https://shop.example/page',
    interactive: false,
    screen: '1920x1080',
    props: { category: 'Non-interaction', viewport: '800x600', colors: '24' },
  })
})

test('SS33 M133: without a page it is 204 and nothing is sent', async () => {
  const before = sender.hits.length
  expect(createPing(tracking)(new Request('https://shop.example/ping?r=1x1')).status).toBe(204)
  await tracking.hit(new Request('https://shop.example/'), { title: 'last' })
  expect(sender.hits.slice(before)).toMatchObject([{ title: 'last' }])
})
