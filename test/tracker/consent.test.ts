// @vitest-environment jsdom
import 'fake-indexeddb/auto'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { closePage, endpoint, hide, loadTracker, openPage, openTracker, pass, sendEach } from './openTracker.ts'
import { createFakeCollector, fail } from './fakeCollector.ts'

beforeEach(openPage)
afterEach(closePage)

const describeHit = ({ type, name, forwarding }: { type: string; name?: string; forwarding?: boolean | undefined }) => [name ?? type, forwarding]

describe('measurement', () => {
  test('false stops counting until it is true', async () => {
    const { collector, track, consent } = await openTracker()
    await pass(300)
    consent({ measurement: false })
    track('denied')
    history.pushState(null, '', '/denied')
    await pass(300)
    history.pushState(null, '', '/granted')
    consent({ measurement: true })
    track('granted')
    await pass(300)
    expect(collector.sent().map(({ name, url }) => [name, new URL(url).pathname])).toEqual([
      [undefined, '/start'],
      [undefined, '/granted'],
      ['granted', '/granted'],
    ])
  })

  test('false before the first view has left keeps it from leaving', async () => {
    const { collector, consent } = await openTracker()
    consent({ measurement: false })
    await pass(1000)
    expect(collector.sent()).toEqual([])
  })

  test('that view counts if consent is given later', async () => {
    const { collector, consent } = await openTracker()
    consent({ measurement: false })
    await pass(1000)
    consent({ measurement: true })
    await pass(1000)
    expect(collector.sent()).toMatchObject([{ type: 'pageview', url: 'http://localhost:3000/start' }])
  })

  test('false before init: nothing until it is true', async () => {
    const collector = createFakeCollector()
    const { consent, init } = await loadTracker()
    consent({ measurement: false })
    init({ endpoint, use: [sendEach(collector)] })
    await pass(1000)
    expect(collector.sent()).toEqual([])
    consent({ measurement: true })
    await pass(300)
    expect(collector.sent()).toMatchObject([{ type: 'pageview' }])
  })

  test('true before init is as without', async () => {
    const collector = createFakeCollector()
    const { consent, init } = await loadTracker()
    consent({ measurement: true })
    await pass(1000)
    init({ endpoint, use: [sendEach(collector)] })
    await pass(1000)
    expect(collector.sent()).toMatchObject([{ type: 'pageview' }])
  })
})

describe('a denial', () => {
  test('is not undone by another init, as of a component that is mounted anew', async () => {
    const { collector, consent, init, stop, track } = await openTracker()
    await pass(300)
    stop()
    consent({ measurement: false })
    init({ endpoint })
    track('denied')
    history.pushState(null, '', '/denied')
    await pass(300)
    expect(collector.sent()).toHaveLength(1)
    consent({ measurement: true })
    track('granted')
    expect(collector.sent().map(({ name, url }) => [name, new URL(url).pathname])).toEqual([
      [undefined, '/start'],
      [undefined, '/denied'],
      ['granted', '/denied'],
    ])
  })

  test('before the start keeps the device as it is, until consent is given', async () => {
    const collector = createFakeCollector()
    const { consent, init, queue, session } = await loadTracker()
    const open = vi.spyOn(indexedDB, 'open')
    consent({ measurement: false })
    init({ endpoint, use: [session(), queue('always', collector.transport)] })
    await pass(1000)
    expect([open.mock.calls, sessionStorage.length, collector.requests]).toEqual([[], 0, []])
    consent({ measurement: true })
    await pass(300)
    expect(collector.sent()).toMatchObject([{ type: 'pageview', session: sessionStorage['treadlight'] as string }])
  })

  test('holds what is undelivered back: a retry waits too', async () => {
    const collector = createFakeCollector()
    collector.next = [fail]
    const { consent, track } = await openTracker(({ queue }) => [queue('always', collector.transport)])
    track('a')
    await pass()
    consent({ measurement: false })
    await pass(60_000)
    expect(collector.requests).toHaveLength(1)
    consent({ measurement: true })
    hide()
    await pass(300)
    expect(new Set([...collector.stored.values()].map(({ name }) => name))).toEqual(new Set(['a', undefined]))
  })
})

test('consent that is given at the start leaves the title its time', async () => {
  const { collector, consent } = await openTracker()
  consent({ measurement: true })
  document.title = 'Settled'
  await pass(300)
  expect(collector.sent()).toMatchObject([{ title: 'Settled' }])
})

describe('forwarding', () => {
  test('goes with each hit, as it was said last', async () => {
    const { collector, track, consent } = await openTracker()
    await pass(300)
    track('before')
    consent({ forwarding: false })
    track('denied')
    consent({})
    track('unchanged')
    consent({ measurement: true })
    track('still')
    consent({ forwarding: true })
    track('granted')
    expect(collector.sent().map(describeHit)).toEqual([
      ['pageview', undefined],
      ['before', undefined],
      ['denied', false],
      ['unchanged', false],
      ['still', false],
      ['granted', true],
    ])
  })

  test('denied before the first view has left it is on it', async () => {
    const { collector, consent } = await openTracker()
    consent({ forwarding: false })
    await pass(300)
    expect(collector.sent().map(describeHit)).toEqual([['pageview', false]])
  })

  test('denied before init it is on the first view', async () => {
    const collector = createFakeCollector()
    const { consent, init } = await loadTracker()
    consent({ forwarding: false })
    init({ endpoint, use: [sendEach(collector)] })
    await pass(300)
    expect(collector.sent().map(describeHit)).toEqual([['pageview', false]])
  })
})
