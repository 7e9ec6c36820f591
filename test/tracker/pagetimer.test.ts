// @vitest-environment jsdom
import { script } from '@treadlight/tracker/script-pagetimer'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { closePage, define, minute, openPage, second, setVisibility } from './openTracker.ts'

interface Beat {
  url: string
  body: string
}

let beats: Beat[]
const send = vi.fn<(url: string | URL, init: RequestInit) => Promise<Response>>()
beforeEach(() => {
  openPage()
  beats = []
  send.mockReset().mockImplementation(async (url, { body }) => {
    beats.push({ url: String(url), body: String(body) })
    return new Response()
  })
  vi.stubGlobal('fetch', send)
})
afterEach(closePage)

/** Runs what the collector serves, as a tag with these data attributes does. */
function load(data: Record<string, string> = {}, src = 'https://stats.example/pagetimer.js'): void {
  const element = document.createElement('script')
  Object.assign(element.dataset, data)
  define(element, 'src', src)
  define(document, 'currentScript', element)
  // As a page runs it: a classic script.
  new Function(script)()
  define(document, 'currentScript', null)
}

test('PT01 PT03: the first beat comes at once, then one each minute', () => {
  load()
  expect(beats).toHaveLength(1)
  vi.advanceTimersByTime(minute - 1)
  expect(beats).toHaveLength(1)
  vi.advanceTimersByTime(1)
  expect(beats).toHaveLength(2)
})

test('PT01: none while the page is hidden; the timer goes on', () => {
  load()
  vi.advanceTimersByTime(minute / 2)
  setVisibility('hidden')
  vi.advanceTimersByTime(10 * minute)
  expect(beats).toHaveLength(1)
  setVisibility('visible')
  expect(beats).toHaveLength(1)
  vi.advanceTimersByTime(minute / 2)
  expect(beats).toHaveLength(2)
})

test('PT01: a page that is loaded in the background begins when it is seen', () => {
  setVisibility('hidden')
  load()
  vi.advanceTimersByTime(minute)
  expect(beats).toHaveLength(0)
  setVisibility('visible')
  vi.advanceTimersByTime(minute)
  expect(beats).toHaveLength(1)
})

test('PT02: a beat is path and query as a form, without the hash, at the time of the beat', () => {
  history.replaceState(null, '', '/a?b=1#c')
  load()
  history.replaceState(null, '', '/ä b?c=d&e=+')
  vi.advanceTimersByTime(minute)
  expect(beats.map(({ body }) => body)).toEqual(['path=%2Fa%3Fb%3D1', 'path=%2F%25C3%25A4%2520b%3Fc%3Dd%26e%3D%2B'])
  // What makes a form of it, without a preflight.
  expect(send.mock.calls[0]![1]).toMatchObject({ method: 'POST', keepalive: true, body: expect.any(URLSearchParams) })
})

test.each<[interval: string, seconds: number]>([
  ['15', 15],
  ['1.5', 1.5],
  ['', 60],
  ['soon', 60],
  ['0', 60],
  ['0.001', 1],
  ['-5', 1],
  ['1e9', 86_400],
  ['Infinity', 86_400],
])('PT03: data-interval=%j is %d seconds', (interval, seconds) => {
  load({ interval })
  vi.advanceTimersByTime(seconds * second - 1)
  expect(beats).toHaveLength(1)
  vi.advanceTimersByTime(1)
  expect(beats).toHaveLength(2)
})

test.each([
  ['https://stats.example/pagetimer.js', {}, 'https://stats.example/pagetimer/'],
  ['https://shop.example/stats/pagetimer.js?v=2', {}, 'https://shop.example/stats/pagetimer/'],
  ['https://stats.example/pagetimer.js', { endpoint: '/beat' }, '/beat'],
])('the script %s with %j beats at %s', (src, data, url) => {
  load(data, src)
  expect(beats[0]!.url).toBe(url)
})

test('a signed user and a session go along', () => {
  load({ user: 'a.b+c', session: 's1' })
  expect(beats[0]!.body).toBe('path=%2Fstart&user=a.b%2Bc&session=s1')
})

test('a beat that fails disturbs nobody, and the next one comes', async () => {
  send.mockRejectedValueOnce(new Error('offline'))
  load()
  await vi.advanceTimersByTimeAsync(minute)
  expect(beats).toHaveLength(1)
})

test('PT20: a page that is looked at for ten minutes makes ten beats', () => {
  load()
  vi.advanceTimersByTime(10 * minute - 1)
  expect(beats).toHaveLength(10)
})
