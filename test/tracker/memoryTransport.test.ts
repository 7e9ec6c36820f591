// @vitest-environment jsdom
import 'fake-indexeddb/auto'
import { createMemoryTransport } from '@treadlight/tracker'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { closePage, openPage, openTracker, pass, readRows, second } from './openTracker.ts'

beforeEach(openPage)
afterEach(closePage)

test('keeps what is sent, for the tests of a site', async () => {
  const { transport, hits } = createMemoryTransport()
  const { track } = await openTracker(({ queue }) => [queue('off', transport)])
  track('signup', { plan: 'pro' })
  await pass(300)
  expect(hits).toMatchObject([{ name: 'signup', props: { plan: 'pro' } }, { type: 'pageview', url: 'http://localhost:3000/start' }])
})

test('answers like a collector, so that a queue is empty and nothing comes twice', async () => {
  const { transport, hits } = createMemoryTransport()
  const { track } = await openTracker(({ queue }) => [queue('always', transport)])
  track('signup')
  await pass(300)
  await pass(60 * second)
  expect(hits).toHaveLength(2)
  expect(await readRows()).toEqual([])
})

test('two of them are apart', async () => {
  const [one, other] = [createMemoryTransport(), createMemoryTransport()]
  await one.transport('/hit', '{"hits":[{}]}')
  expect([one.hits, other.hits].map((hits) => hits.length)).toEqual([1, 0])
})
