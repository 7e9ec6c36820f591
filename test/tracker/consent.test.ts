// @vitest-environment jsdom
import 'fake-indexeddb/auto'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { closePage, endpoint, loadTracker, openPage, openTracker, pass, sendEach } from './openTracker.ts'
import { createFakeCollector } from './fakeCollector.ts'

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
      ['granted', '/granted'],
      [undefined, '/granted'],
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
