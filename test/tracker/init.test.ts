// @vitest-environment jsdom
import 'fake-indexeddb/auto'
import type { PageHit, Part } from '@treadlight/tracker'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createFakeCollector } from './fakeCollector.ts'
import { closePage, define, endpoint, hide, loadTracker, minute, openPage, openTracker, pass, sendEach } from './openTracker.ts'

beforeEach(openPage)
afterEach(closePage)

/** A part that writes down what it sees. */
const note =
  (name: string, seen: string[]): Part =>
  (next) =>
  (hit) => {
    seen.push(name)
    next(hit)
  }
const title =
  (change: (title: string) => string): Part =>
  (next) =>
  (hit) =>
    next({ ...hit, title: change(hit.title) })

describe('parts', () => {
  test('see a hit in the order in which they are named', async () => {
    const seen: string[] = []
    const { track } = await openTracker(() => [note('a', seen), note('b', seen), note('c', seen)])
    track('x')
    expect(seen).toEqual(['a', 'b', 'c'])
  })

  test('get what those before have made of it', async () => {
    const { collector } = await openTracker(() => [title((text) => `${text}1`), title((text) => `${text}2`)])
    await pass(300)
    expect(collector.sent()[0]!.title).toBe('Start12')
  })

  test('one that returns nothing is not in between', async () => {
    const listened = vi.fn()
    const { collector, track } = await openTracker(() => [listened, title(() => 'changed'), listened])
    track('x')
    expect(listened).toHaveBeenCalledTimes(2)
    expect(collector.sent()).toMatchObject([{ name: 'x', title: 'changed' }])
  })

  test('one that does not pass a hit on has dropped it', async () => {
    const seen: string[] = []
    const drop: Part = (next) => (hit) => (hit.name === 'secret' ? undefined : next(hit))
    const { collector, track } = await openTracker(() => [note('before', seen), drop, note('after', seen)])
    track('secret')
    track('open')
    expect(seen).toEqual(['before', 'before', 'after'])
    expect(collector.sent()).toMatchObject([{ name: 'open' }])
  })

  test('may send hits of their own', async () => {
    const { collector } = await openTracker(({ track }) => [() => addEventListener('online', () => track('online'))])
    dispatchEvent(new Event('online'))
    expect(collector.sent()).toMatchObject([{ type: 'event', name: 'online' }])
  })
})

describe('init', () => {
  test('without parts sends a beacon for each hit', async () => {
    const sendBeacon = vi.fn((_url: string, _body: string) => true)
    vi.stubGlobal('navigator', Object.assign(Object.create(navigator) as Navigator, { sendBeacon }))
    const { init } = await loadTracker()
    init({ endpoint })
    await pass(300)
    expect(sendBeacon).toHaveBeenCalledOnce()
    const [url, body] = sendBeacon.mock.calls[0]!
    expect(url).toBe(endpoint)
    expect(JSON.parse(body)).toMatchObject({ sentAt: Date.now(), hits: [{ type: 'pageview' }] })
  })

  test('edge 14: a second one changes nothing', async () => {
    const other = createFakeCollector()
    const seen: string[] = []
    const { collector, init, track } = await openTracker()
    init({ endpoint: 'https://elsewhere.example/hit', use: [note('late', seen), sendEach(other)] })
    track('x')
    await pass(300)
    expect([collector.sent().length, other.sent().length, seen]).toEqual([2, 0, []])
  })

  test('one after stop() goes on with the parts of the first', async () => {
    const seen: string[] = []
    const { collector, init, stop, track } = await openTracker(() => [note('first', seen)])
    await pass(300)
    stop()
    seen.length = 0
    track('lost')
    init({ endpoint })
    track('x')
    expect(seen).toEqual(['first'])
    expect(collector.sent().map(({ name }) => name)).toContain('x')
  })

  test('one after stop() before it begins', async () => {
    const collector = createFakeCollector()
    const { init, stop } = await loadTracker()
    stop()
    init({ endpoint, use: [sendEach(collector)] })
    init({ endpoint, use: [sendEach(collector)] })
    await pass(300)
    expect(collector.sent()).toMatchObject([{ type: 'pageview' }])
  })
})

describe('standard()', () => {
  /** As a site has it, with a collector behind `fetch`. */
  async function open(options: Parameters<Awaited<ReturnType<typeof loadTracker>>['standard']>[0] = { ignore: [] }) {
    const collector = createFakeCollector()
    vi.stubGlobal('fetch', (url: string, { body }: { body: string }) => collector.transport(url, body))
    return openTracker(({ standard }) => standard(options), { collector })
  }
  const kinds = (hits: PageHit[]) => hits.map(({ type, name }) => name ?? type)

  test('counts views, clicks on data-track and time on page, and keeps what is undelivered', async () => {
    const { collector } = await open()
    document.body.innerHTML = '<button data-track="signup">'
    document.querySelector('button')!.click()
    await pass(minute)
    expect(kinds([...collector.stored.values()])).toEqual(['signup', 'pageview', 'engagement'])
  })

  test('respects: on this machine by default nothing leaves', async () => {
    const logged = vi.spyOn(console, 'info').mockReturnValue()
    const { collector, track } = await open({})
    track('x')
    await pass(minute)
    hide()
    expect(collector.sent()).toEqual([])
    expect(logged).toHaveBeenCalledOnce()
  })

  test('edge 21: flags a driven browser from the first event on', async () => {
    define(navigator, 'webdriver', true)
    const { collector, track } = await open()
    track('at once')
    await pass(300)
    expect(collector.sent().map(({ name, type, webdriver }) => [name ?? type, webdriver])).toEqual([
      ['at once', true],
      ['pageview', true],
    ])
  })

  test('takes a heartbeat', async () => {
    const { collector } = await open({ ignore: [], heartbeat: 5 })
    await pass(11_000)
    expect(kinds(collector.sent())).toEqual(['pageview', 'engagement', 'engagement'])
  })

  test('takes a queue mode', async () => {
    const opened = vi.spyOn(indexedDB, 'open')
    await open({ ignore: [], queue: 'off' })
    await pass(300)
    expect(opened).not.toHaveBeenCalled()
  })

  test('edge 14: a page that a tag tracks is left to it', async () => {
    const { collector } = await open()
    await pass(300)
    const first = globalThis.treadlight
    vi.resetModules()
    const another = createFakeCollector()
    const { init, standard } = await import('@treadlight/tracker')
    vi.stubGlobal('fetch', (url: string, { body }: { body: string }) => another.transport(url, body))
    init({ endpoint, use: standard({ ignore: [] }) })
    await pass(300)
    expect(collector.sent()).toHaveLength(1)
    expect(another.sent()).toEqual([])
    expect(globalThis.treadlight).toBe(first)
  })

  test('edge 42: what was pushed before is called', async () => {
    const collector = createFakeCollector()
    vi.stubGlobal('fetch', (url: string, { body }: { body: string }) => collector.transport(url, body))
    const { init, standard } = await loadTracker()
    ;((globalThis.treadlight ||= []) as { push: (call: (tracker: { track: (name: string) => void }) => void) => void }).push((t) => t.track('early'))
    init({ endpoint, use: standard({ ignore: [] }) })
    await pass(300)
    expect(kinds(collector.sent())).toContain('early')
  })
})
