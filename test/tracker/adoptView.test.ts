// @vitest-environment jsdom
import 'fake-indexeddb/auto'
import { createId } from '@treadlight/protocol'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { closePage, day, hide, minute, openPage, openTracker, pass, second, setVisibility, show, start, type OpenTracker } from './openTracker.ts'

/** By the server's clock, as the document was asked for. */
const view = createId(start - second)
const fresh = { type: 'navigate', transferSize: 5300, encodedBodySize: 5000 }

beforeEach(() => {
  openPage()
  navigated(fresh)
})
afterEach(closePage)

/** How the document came, as the browser has it. */
function navigated(entry: object | undefined): void {
  vi.mocked(performance.getEntriesByType).mockReturnValue((entry ? [entry] : []) as never)
}
const open = (id: string | undefined = view): Promise<OpenTracker> => openTracker(({ adoptView, engagement }) => [adoptView(id), engagement()])
/** What each hit says: its kind, its path, and which view it is or belongs to: the server's, its own one, or none. */
const sent = ({ collector }: OpenTracker) =>
  collector.sent().map(({ id, type, name, url, view: of }) => {
    const named = type === 'pageview' ? id : of
    return [name ?? type, new URL(url).pathname, named === view ? 'server' : named ? 'own' : 'none']
  })

describe('the first view', () => {
  test('has the server’s id, as have the hits that belong to it; later views have their own', async () => {
    const tracker = await open()
    tracker.track('early')
    await pass(2 * second)
    tracker.track('late')
    history.pushState(null, '', '/next')
    tracker.track('next')
    await pass(300)
    expect(sent(tracker)).toEqual([
      ['early', '/start', 'server'],
      ['pageview', '/start', 'server'],
      ['late', '/start', 'server'],
      ['engagement', '/start', 'server'],
      ['next', '/next', 'own'],
      ['pageview', '/next', 'own'],
    ])
    const ids = tracker.collector.sent().map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
  })

  test('of a page that is left within 300 ms', async () => {
    const tracker = await open()
    hide()
    await pass()
    expect(sent(tracker)).toEqual([['pageview', '/start', 'server']])
  })

  test('of a redirect by script is that of where it leads', async () => {
    const tracker = await open()
    history.replaceState(null, '', '/there')
    await pass(300)
    expect(sent(tracker)).toEqual([['pageview', '/there', 'server']])
  })

  test('edge 17: of a background tab begins when it is shown; events before belong to none', async () => {
    setVisibility('hidden')
    const tracker = await open()
    tracker.track('hidden')
    await pass(5 * minute)
    show()
    await pass(300)
    expect(sent(tracker)).toEqual([
      ['hidden', '/start', 'none'],
      ['pageview', '/start', 'server'],
    ])
  })

  test('edge 18: that comes back from the back/forward cache is another one', async () => {
    const tracker = await open()
    await pass(300)
    dispatchEvent(Object.assign(new Event('pageshow'), { persisted: true }))
    await pass(300)
    expect(sent(tracker)).toEqual([
      ['pageview', '/start', 'server'],
      ['pageview', '/start', 'own'],
    ])
  })

  test.each(['visible', 'hidden'] as const)('that was never delivered, for want of consent, lends its id to no other: opened %s', async (state) => {
    setVisibility(state)
    const tracker = await openTracker((module) => {
      module.consent({ measurement: false })
      return [module.adoptView(view)]
    })
    await pass(300)
    show()
    await pass(300)
    history.pushState(null, '', '/next')
    await pass(300)
    tracker.consent({ measurement: true })
    tracker.track('agreed')
    await pass(300)
    expect(sent(tracker)).toEqual([
      ['pageview', '/next', 'own'],
      ['agreed', '/next', 'own'],
    ])
  })
})

const documents: [name: string, entry: object | undefined, age: number, whose: 'server' | 'own'][] = [
  ['from the network', fresh, 0, 'server'],
  ['reloaded from the network', { ...fresh, type: 'reload' }, 0, 'server'],
  ['fetched anew by going back, for it may not be stored', { ...fresh, type: 'back_forward' }, 0, 'server'],
  ['that arrives in pieces, in Chromium', { type: 'navigate', transferSize: 300, encodedBodySize: 0 }, 0, 'server'],
  ['prefetched or prerendered some time ago', { ...fresh, deliveryType: 'navigational-prefetch' }, 0, 'server'],
  ['from the HTTP cache', { type: 'navigate', transferSize: 0, encodedBodySize: 5000, deliveryType: 'cache' }, 0, 'own'],
  ['that the server found unchanged', { type: 'navigate', transferSize: 300, encodedBodySize: 5000 }, 0, 'own'],
  ['reloaded from the cache', { type: 'reload', transferSize: 0, encodedBodySize: 5000 }, 0, 'own'],
  ['from the history', { type: 'back_forward', transferSize: 0, encodedBodySize: 5000 }, 0, 'own'],
  ['from a service worker’s cache', { type: 'navigate', transferSize: 0, encodedBodySize: 5000, deliveryType: 'cache-storage' }, 0, 'own'],
  ['of whose way nothing is said', { type: 'navigate', transferSize: 0, encodedBodySize: 0 }, 0, 'server'],
  ['of whose way nothing is said, that is 50 s old', { type: 'navigate', transferSize: 0, encodedBodySize: 0 }, 50 * second, 'server'],
  ['of whose way nothing is said, that is two minutes old', { type: 'navigate', transferSize: 0, encodedBodySize: 0 }, 2 * minute, 'own'],
  ['of whose way nothing is said, from the history', { type: 'back_forward', transferSize: 0, encodedBodySize: 0 }, 0, 'own'],
  ['in a browser that tells no sizes', { type: 'navigate' }, 0, 'server'],
  ['in a browser that tells nothing', undefined, 0, 'server'],
  ['in a browser that tells nothing, two minutes old', undefined, 2 * minute, 'own'],
  ['from the network, by a clock that is twelve hours ahead', fresh, day / 2, 'server'],
  ['from the network, by a clock that is three days ahead', fresh, 3 * day, 'own'],
  ['from the network, by a clock that is a year behind', fresh, -365 * day, 'server'],
]
test.each(documents)('a document %s', async (_, entry, age, whose) => {
  navigated(entry)
  const id = createId(start - second - age)
  const tracker = await open(id)
  tracker.track('early')
  await pass(300)
  const [early, pageview] = tracker.collector.sent()
  expect(early!.view).toBe(pageview!.id)
  expect(pageview!.id === id ? 'server' : 'own').toBe(whose)
})

test('how the document came is looked at once: all hits of the view agree', async () => {
  const tracker = await open()
  tracker.track('early')
  // Firefox says of a page from its back/forward cache that it comes from the history.
  navigated({ type: 'back_forward', transferSize: 0, encodedBodySize: 5000 })
  await pass(300)
  expect(sent(tracker)).toEqual([
    ['early', '/start', 'server'],
    ['pageview', '/start', 'server'],
  ])
})

test.each([undefined, '', '{{ view }}', 'ffffffff-ffff-4fff-bfff-ffffffffffff', 'f0000000'])('%j is no id: the view has its own', async (id) => {
  const tracker = await openTracker(({ adoptView }) => [adoptView(id)])
  await pass(300)
  expect(tracker.collector.sent()[0]!.id).toMatch(/^01a1fd8c-/)
})
