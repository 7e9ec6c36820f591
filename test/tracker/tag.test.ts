// @vitest-environment jsdom
import 'fake-indexeddb/auto'
import { signUser, type SignedClaims } from '@treadlight/protocol'
import { trackerTag } from '@treadlight/server'
import type { Tracker, TrackerCall } from '@treadlight/tracker'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createTestCollector } from '../collector/collector.ts'
import { createFakeCollector, type FakeCollector } from './fakeCollector.ts'
import { closePage, define, endpoint, hide, minute, openPage, pass, readRows, second, setVisibility, show, start } from './openTracker.ts'

let collector: FakeCollector

beforeEach(() => {
  openPage()
  collector = createFakeCollector()
  vi.stubGlobal('fetch', (url: string, { body }: { body: string }) => collector.transport(url, body))
  Reflect.deleteProperty(globalThis, 'treadlight')
})
afterEach(closePage)

const files = {
  tag: () => import('../../packages/tracker/src/tag.ts'),
  tagFull: () => import('../../packages/tracker/src/tagFull.ts'),
  tagServer: () => import('../../packages/tracker/src/tagServer.ts'),
}
type File = keyof typeof files

/** Runs a script as the tag with these data attributes does. */
async function load(file: File, data: Record<string, string> = {}, src = 'https://stats.example/t.js'): Promise<void> {
  vi.resetModules()
  const script = document.createElement('script')
  Object.assign(script.dataset, { ignore: '', ...data })
  define(script, 'src', src)
  define(document, 'currentScript', script)
  await files[file]()
}
/** What a page writes to call before or after the script has loaded. */
function call(work: TrackerCall): void {
  ;((globalThis.treadlight ||= []) as TrackerCall[]).push(work)
}
const tracker = () => globalThis.treadlight as Tracker
const kinds = () => collector.sent().map(({ type, name }) => name ?? type)

describe.each(['tag', 'tagFull', 'tagServer'] as const)('%s', (file) => {
  test('tracks the page', async () => {
    await load(file)
    await pass(300)
    expect(collector.requests).toMatchObject([{ url: endpoint, hits: [{ type: 'pageview', url: 'http://localhost:3000/start' }] }])
  })

  const endpoints: [data: Record<string, string>, src: string, expected: string][] = [
    [{}, 'https://stats.example/t.js', 'https://stats.example/hit'],
    [{}, 'https://cdn.example/versions/1/script.js?x=1', 'https://cdn.example/hit'],
    [{}, '', 'http://localhost:3000/hit'],
    [{ endpoint: '/collect' }, 'https://stats.example/t.js', '/collect'],
    [{ endpoint: 'https://other.example/hit' }, 'https://stats.example/t.js', 'https://other.example/hit'],
  ]
  test.each(endpoints)('PV04: %j from %j posts to %s', async (data, src, expected) => {
    await load(file, data, src)
    await pass(300)
    expect(collector.requests[0]!.url).toBe(expected)
  })

  test('edge 40: an element that is called treadlight is in nobody’s way', async () => {
    document.body.innerHTML = '<section id="treadlight"></section>'
    await load(file)
    await pass(300)
    expect(kinds()).toEqual(['pageview'])
  })

  test('PV05, edge 41: without currentScript it says so and stops', async () => {
    const error = vi.spyOn(console, 'error').mockReturnValue()
    vi.resetModules()
    define(document, 'currentScript', null)
    await files[file]()
    await pass(300)
    expect(error).toHaveBeenCalledExactlyOnceWith('treadlight: currentScript')
    expect(collector.requests).toEqual([])
    expect(globalThis.treadlight).toBeUndefined()
  })

  test('edge 42: calls before it has loaded are made, in their order', async () => {
    call((t) => t.identify('token'))
    call((t) => t.track('first', { plan: 'pro' }))
    call((t) => t.track('second'))
    await load(file)
    await pass(300)
    expect(collector.sent()).toMatchObject([{ name: 'first', user: 'token', props: { plan: 'pro' } }, { name: 'second', user: 'token' }, { type: 'pageview' }])
    expect(collector.sent()[0]!.view).toBe(collector.sent()[2]!.id)
  })

  test('touches no storage as it loads, but in a task of its own', async () => {
    const opened = vi.spyOn(indexedDB, 'open')
    await load(file)
    expect([opened.mock.calls.length, vi.getTimerCount()]).toEqual([0, 1])
    await pass()
    expect(opened).toHaveBeenCalled()
  })

  test('a flush before that, or of a visitor who is ignored, touches none either', async () => {
    localStorage.setItem('treadlight', '1')
    const opened = vi.spyOn(indexedDB, 'open')
    await load(file)
    await tracker().flush()
    await pass()
    await tracker().flush()
    await pass()
    expect(opened).not.toHaveBeenCalled()
    expect(collector.sent()).toEqual([])
  })

  test('edge 1: a page that goes before that is counted', async () => {
    await load(file)
    document.title = 'Left'
    hide()
    await pass()
    expect(collector.sent()).toMatchObject([{ type: 'pageview', title: 'Left' }])
    expect(await readRows()).toEqual([])
  })

  test('edge 17: one that nobody has seen by then is not', async () => {
    setVisibility('hidden')
    await load(file)
    call((t) => t.track('early'))
    hide()
    await pass(minute)
    expect(kinds()).toEqual(['early'])
    show()
    await pass(300)
    expect(kinds()).toEqual(['early', 'pageview'])
  })

  test('a navigation before that is the second view', async () => {
    await load(file)
    history.pushState(null, '', '/next')
    tracker().track('there')
    await pass(300)
    expect([...collector.sent()].sort((a, b) => (a.id < b.id ? -1 : 1)).map(({ type, url }) => [type, new URL(url).pathname])).toEqual([
      ['pageview', '/start'],
      ['pageview', '/next'],
      ['event', '/next'],
    ])
  })

  test('PV16: who is known before it has loaded is known from the landing view on', async () => {
    call((t) => t.identify('token'))
    await load(file)
    await pass(300)
    expect(collector.sent()).toMatchObject([{ type: 'pageview', user: 'token' }])
  })

  test('those after it at once', async () => {
    await load(file)
    const called = vi.fn((t: Tracker) => t.track('late'))
    call(called)
    expect(called).toHaveBeenCalledExactlyOnceWith(tracker())
    await pass(300)
    expect(kinds()).toContain('late')
  })

  test('one that throws costs no other', async () => {
    const broken = () => {
      throw new Error('theirs')
    }
    call(broken)
    call((t) => t.track('good'))
    await load(file)
    expect(() => call(broken)).not.toThrow()
    await pass(300)
    expect(kinds()).toContain('good')
  })

  test('edge 14: loaded twice, it tracks once', async () => {
    await load(file)
    const first = tracker()
    await load(file, { endpoint: 'https://elsewhere.example/hit' })
    history.pushState(null, '', '/next')
    await pass(300)
    expect(kinds()).toEqual(['pageview', 'pageview'])
    expect(tracker()).toBe(first)
  })

  test('data-heartbeat', async () => {
    await load(file, { heartbeat: '5' })
    await pass(11_000)
    expect(kinds()).toEqual(['pageview', 'engagement', 'engagement'])
  })

  test('data-queue', async () => {
    collector.next = [() => undefined]
    await load(file, { queue: 'off' })
    await pass(300)
    expect(await readRows()).toEqual([])
  })

  test.each([
    [undefined, 0],
    ['iframe', 1],
    ['localhost', 0],
  ])('edge 22: data-ignore %j on this machine counts %d', async (ignore, count) => {
    vi.spyOn(console, 'info').mockReturnValue()
    vi.resetModules()
    const script = document.createElement('script')
    if (ignore !== undefined) script.dataset['ignore'] = ignore
    define(script, 'src', 'https://stats.example/t.js')
    define(document, 'currentScript', script)
    await files[file]()
    expect(() => tracker().track('x')).not.toThrow()
    tracker().pageview()
    await pass(minute)
    expect(collector.sent().filter(({ name }) => name === 'x')).toHaveLength(count)
  })

  test.each(['stop', 'optOut'] as const)('%s()', async (method) => {
    await load(file)
    await pass(300)
    tracker()[method]()
    tracker().track('stopped')
    await pass(minute)
    expect(kinds()).toEqual(['pageview'])
    expect(localStorage.getItem('treadlight')).toBe(method === 'stop' ? null : '1')
  })

  test('flush() is there', async () => {
    await load(file)
    await expect(tracker().flush()).resolves.toBeUndefined()
  })
})

describe('t.full.js besides', () => {
  test('describes, counts links and forms', async () => {
    await load('tagFull')
    document.body.innerHTML = '<a href="/x.pdf"></a><form></form>'
    const stay = (event: Event) => event.preventDefault()
    document.querySelector('a')!.addEventListener('click', stay)
    document.querySelector('form')!.addEventListener('submit', stay)
    document.querySelector('a')!.click()
    document.querySelector('form')!.requestSubmit()
    await pass(300)
    expect(kinds()).toEqual(['File Download', 'Form: Submission', 'pageview'])
    expect(collector.sent()[2]).toMatchObject({ screen: expect.any(String), timezone: expect.any(String) })
    expect(collector.sent()[2]).not.toHaveProperty('session')
  })

  test('data-session', async () => {
    await load('tagFull', { session: 'tab' })
    expect(sessionStorage.length).toBe(0)
    await pass(300)
    expect(collector.sent()[0]!.session).toBe(sessionStorage.getItem('treadlight'))
  })

  test('data-before-send names a function, which may be defined later', async () => {
    await load('tagFull', { beforeSend: 'cleanHit' })
    tracker().track('unseen')
    vi.stubGlobal('cleanHit', (hit: { title: string }) => ({ ...hit, title: 'clean' }))
    await pass(300)
    expect(collector.sent()).toMatchObject([{ type: 'pageview', title: 'clean' }])
  })

  test('consent pushed before it has loaded keeps everything back until it is given', async () => {
    call((t) => t.consent!({ measurement: false }))
    await load('tagFull')
    await pass(minute)
    expect(collector.sent()).toEqual([])
    call((t) => t.consent!({ measurement: true }))
    await pass(300)
    expect(kinds()).toContain('pageview')
  })

  test('consent withdrawn and given by pushes, as a banner does', async () => {
    await load('tagFull')
    await pass(300)
    call((t) => t.consent!({ measurement: false }))
    call((t) => t.track('denied'))
    call((t) => t.consent!({ measurement: true }))
    call((t) => t.track('granted'))
    await pass(300)
    expect(kinds()).toEqual(['pageview', 'granted'])
  })
})

describe('on a page that a server renders', () => {
  const view = '01a1fd8c-6900-7bf0-a0e9-55277ca4f677'

  test('PV16: data-user is who the visitor is, and the page may say otherwise', async () => {
    await load('tagServer', { user: 'signed' })
    tracker().track('before')
    tracker().identify('another')
    tracker().track('after')
    expect(collector.sent()).toEqual([])
    await pass(300)
    expect(collector.sent().map(({ name, type, user }) => [name ?? type, user])).toEqual([
      ['before', 'signed'],
      ['after', 'another'],
      ['pageview', 'another'],
    ])
  })

  test('PV16: who was identified before it had loaded is the page’s word, not the tag’s', async () => {
    call((t) => t.identify('page'))
    await load('tagServer', { user: 'tag' })
    await pass(300)
    expect(collector.sent()).toMatchObject([{ type: 'pageview', user: 'page' }])
  })

  const visitors: [name: string, claims: SignedClaims, expected: object[]][] = [
    ['PV16: a user', { user: 'ada' }, [{ id: view, user: 'ada', session: '' }]],
    ['PV17: somebody of whom only the site’s session is known', { session: 's1' }, [{ id: view, user: '', session: 's1' }]],
    ['PV16, PV17: a user with the site’s session', { user: 'ada', session: 's1' }, [{ id: view, user: 'ada', session: 's1' }]],
    ['PV20: a member of staff as a user', { user: 'ada', impersonator: 'root' }, []],
  ]
  test.each(visitors)('%s by trackerTag is who the collector stores the view of', async (_, claims, expected) => {
    const secret = 'k3Jx0v9QmT7wYp2LrZ8bNd4sHf6gCa1E'
    const element = document.createElement('div')
    element.innerHTML = trackerTag({ collector: 'https://stats.example', view, token: await signUser({ ...claims, expires: start + minute }, secret) })
    const script = element.querySelector('script')!
    await load('tagServer', { ...script.dataset } as Record<string, string>, script.src)
    await pass(300)
    const { post, stored, clock } = createTestCollector({ userSecrets: [secret], visitor: 'session' })
    clock.now = start + second
    for (const { url, sentAt, hits } of collector.requests) {
      expect(url).toBe(endpoint)
      await post({ sentAt, hits })
    }
    expect(await stored()).toMatchObject(expected)
    expect(await stored()).toHaveLength(expected.length)
  })

  test('data-view is the id of its first view, with what only a browser knows', async () => {
    await load('tagServer', { view })
    await pass(300)
    expect(collector.sent()).toMatchObject([{ type: 'pageview', id: view, title: 'Start', screen: '0x0', timezone: expect.any(String) }])
    expect(await readRows()).toEqual([])
  })

  test('without either it counts as t.js does', async () => {
    await load('tagServer')
    await pass(300)
    expect(kinds()).toEqual(['pageview'])
    expect(collector.sent()[0]!.user).toBeUndefined()
  })
})
