// @vitest-environment jsdom
import 'fake-indexeddb/auto'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { closePage, openPage, openTracker, pass } from './openTracker.ts'

beforeEach(openPage)
afterEach(closePage)

test('all hits of a tab have one session id, also those of its next pages', async () => {
  const ids = new Set<unknown>()
  for (let page = 0; page < 2; page++) {
    const { collector, track } = await openTracker(({ session }) => [session()])
    track('a')
    await pass(300)
    expect(collector.sent()).toHaveLength(2)
    for (const hit of collector.sent()) ids.add(hit.session)
  }
  expect([...ids]).toEqual([expect.stringMatching(/^[\da-f-]{36}$/)])
})

test('another tab has another', async () => {
  const ids = new Set<unknown>()
  for (let tab = 0; tab < 2; tab++) {
    sessionStorage.clear()
    const { collector, track } = await openTracker(({ session }) => [session()])
    track('a')
    for (const hit of collector.sent()) ids.add(hit.session)
  }
  expect(ids.size).toBe(2)
})

test('without the part nothing is kept on the device', async () => {
  const { collector, track } = await openTracker()
  track('a')
  expect(collector.sent()[0]).not.toHaveProperty('session')
  expect(sessionStorage).toHaveLength(0)
})

test('edge 23: where storage is denied, hits go without', async () => {
  vi.stubGlobal('sessionStorage', undefined)
  const { collector, track } = await openTracker(({ session }) => [session()])
  track('a')
  expect(collector.sent()).toMatchObject([{ name: 'a' }])
})
