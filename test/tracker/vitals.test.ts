// @vitest-environment jsdom
import 'fake-indexeddb/auto'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { closePage, openPage, openTracker, pass, setVisibility } from './openTracker.ts'

type Report = (metric: object) => void
const measured = new Map<string, Report>()
vi.mock('web-vitals', () =>
  Object.fromEntries(['CLS', 'FCP', 'INP', 'LCP', 'TTFB'].map((name) => [`on${name}`, (report: Report) => measured.set(name, report)])),
)

beforeEach(openPage)
afterEach(closePage)

async function open() {
  const tracker = await openTracker()
  const { vitals } = await import('@treadlight/tracker/vitals')
  vitals()(() => {})
  return tracker
}

test.each([
  ['CLS', 0.123456, 0.1235],
  ['FCP', 1234.5, 1235],
  ['INP', 56.2, 56],
  ['LCP', 2500.4, 2500],
  ['TTFB', 100, 100],
])('%s of %d is an event with %d that does not end a bounce', async (name, value, rounded) => {
  const { collector } = await open()
  await pass(300)
  measured.get(name)!({ name, value, rating: 'good' })
  const [view, event] = collector.sent()
  expect(event).toMatchObject({ type: 'event', name: 'Web Vitals', view: view!.id, interactive: false, props: { metric: name, value: rounded, rating: 'good' } })
})

test('one that is measured before a view throws nothing into the page', async () => {
  setVisibility('hidden')
  await open()
  expect(() => measured.get('TTFB')!({ name: 'TTFB', value: 1, rating: 'good' })).not.toThrow()
})

test('after stop() none is sent', async () => {
  const { collector, stop } = await open()
  await pass(300)
  stop()
  measured.get('LCP')!({ name: 'LCP', value: 1, rating: 'good' })
  expect(collector.sent()).toHaveLength(1)
})
