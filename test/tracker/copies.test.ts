// @vitest-environment jsdom
import 'fake-indexeddb/auto'
import type { Part, Tracker } from '@treadlight/tracker'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createFakeCollector, type FakeCollector } from './fakeCollector.ts'
import { closePage, define, endpoint, hide, loadTracker, minute, openPage, pass, sendEach, type TrackerModule } from './openTracker.ts'

// Edge 14: a page is tracked once, whatever is loaded twice, and what the second copy is told is not lost.

/** The page's own collector, and one that a second copy would send to. */
let collector: FakeCollector
let another: FakeCollector

beforeEach(() => {
  openPage()
  collector = createFakeCollector()
  another = createFakeCollector()
  vi.stubGlobal('fetch', (url: string | URL, { body }: { body: string }) => (String(url) === endpoint ? collector : another).transport(String(url), body))
  Reflect.deleteProperty(globalThis, 'treadlight')
})
afterEach(closePage)

const firsts: Record<string, () => Promise<void>> = {
  't.js': () => loadTag(() => import('../../packages/tracker/src/tag.ts')),
  't.full.js': () => loadTag(() => import('../../packages/tracker/src/tagFull.ts')),
  't.server.js': () => loadTag(() => import('../../packages/tracker/src/tagServer.ts')),
  'another copy': async () => {
    const { init, standard } = await loadTracker()
    init({ endpoint, use: standard({ ignore: [] }) })
  },
}

async function loadTag(load: () => Promise<unknown>): Promise<void> {
  vi.resetModules()
  define(document, 'currentScript', Object.assign(document.createElement('script'), { src: 'https://stats.example/t.js' }))
  document.currentScript!.setAttribute('data-ignore', '')
  await load()
}

/** Loads the module once more, on a page that is tracked. */
async function openSecond(use: (tracker: TrackerModule) => Part[]): Promise<TrackerModule> {
  vi.resetModules()
  const tracker = await import('@treadlight/tracker')
  tracker.init({ endpoint: 'https://elsewhere.example/hit', use: use(tracker) })
  await pass()
  return tracker
}

const kinds = () => collector.sent().map(({ type, name }) => name ?? type)

describe.each(Object.entries(firsts))('beside %s', (name, openFirst) => {
  test('edge 14: events of standard() go to the page’s tracker, once each and with its view', async () => {
    await openFirst()
    const { track } = await openSecond(({ standard }) => standard({ ignore: [] }))
    await pass(300)
    track('by import', { plan: 'pro', seats: 3 })
    ;(globalThis.treadlight as Tracker).track('by global')
    await pass()
    expect(kinds()).toEqual(['pageview', 'by import', 'by global'])
    expect(collector.sent()[1]).toMatchObject({ view: collector.sent()[0]!.id, props: { plan: 'pro', seats: 3 } })
    expect(another.sent()).toEqual([])
  })

  test('edge 14: its views and its time on page do not', async () => {
    await openFirst()
    const { pageview } = await openSecond(({ respect, engagement }) => [respect({ ignore: [] }), engagement(), sendEach(another)])
    await pass(300)
    history.pushState(null, '', '/next')
    pageview()
    await pass(minute)
    hide()
    await pass(300)
    expect(kinds()).toEqual(['pageview', 'pageview', 'engagement'])
    expect(another.sent()).toEqual([])
  })

  test('edge 14: a click, a file, a form and a 404 that both have parts for count once', async () => {
    vi.mocked(performance.getEntriesByType).mockReturnValue([{ type: 'navigate', responseStatus: 404 }] as never)
    await openFirst()
    await openSecond(({ respect, clicks, links, forms, notFound }) => [clicks(), respect({ ignore: [] }), links(), forms(), notFound(), sendEach(another)])
    await pass(300)
    document.body.innerHTML = '<button type="button" data-track="signup"></button><a href="/report.pdf" onclick="return false"></a><form onsubmit="return false"></form>'
    document.querySelector('button')!.click()
    document.querySelector('a')!.click()
    document.querySelector('form')!.dispatchEvent(new SubmitEvent('submit', { bubbles: true }))
    await pass()
    expect(kinds().sort()).toEqual([...(name === 't.full.js' ? ['404', 'File Download', 'Form: Submission'] : []), 'pageview', 'signup'])
    expect(another.sent()).toEqual([])
  })

  test('what ends no bounce does not come to end one', async () => {
    await openFirst()
    const measured: Part = (next) => {
      // As vitals() does.
      addEventListener('online', () => next({ type: 'event', name: 'Web Vitals', interactive: false, url: '', title: '', referrer: '', id: '', timestamp: '' }))
    }
    await openSecond(({ standard }) => [measured, ...standard({ ignore: [] })])
    await pass(300)
    dispatchEvent(new Event('online'))
    await pass()
    expect(kinds()).toEqual(['pageview'])
  })

  test('of a visitor who is ignored nothing is passed on', async () => {
    await openFirst()
    await pass()
    localStorage.setItem('treadlight', '1')
    const { track } = await openSecond(({ standard }) => standard())
    await pass(300)
    track('by import')
    await pass()
    expect(kinds()).toEqual(['pageview'])
  })
})

test('a page that is taken twice by one copy is its own', async () => {
  const { init, respect, standard, track } = await loadTracker()
  init({ endpoint, use: [respect({ ignore: [] }), ...standard({ ignore: [] })] })
  await pass(300)
  track('a')
  await pass()
  expect(kinds()).toEqual(['pageview', 'a'])
})

describe('whatever else has the name', () => {
  const others: [name: string, value: () => unknown][] = [
    ['an element', () => document.createElement('div')],
    ['an element that has a track', () => Object.assign(document.createElement('track'), { track: {} })],
    ['a text', () => 'treadlight'],
    ['an object', () => ({ push() {} })],
    ['true', () => true],
    ['null', () => null],
    ['a frame of another origin', () => new Proxy({}, { get: refuse, has: refuse })],
    ['a list with something else in it', () => [7, 'x', null]],
  ]
  test.each(others)('does not keep the page from being tracked, nor throw: %s', async (_, value) => {
    const unhandled = vi.fn()
    process.on('uncaughtException', unhandled)
    const { init, standard, track } = await loadTracker()
    globalThis.treadlight = value() as never
    expect(() => init({ endpoint, use: standard({ ignore: [] }) })).not.toThrow()
    await pass(300)
    track('a')
    await pass()
    process.off('uncaughtException', unhandled)
    expect(unhandled).not.toHaveBeenCalled()
    expect(kinds()).toEqual(['pageview', 'a'])
    expect((globalThis.treadlight as Tracker).track).toBe(track)
  })
})

function refuse(): never {
  throw new DOMException('Blocked a frame', 'SecurityError')
}
