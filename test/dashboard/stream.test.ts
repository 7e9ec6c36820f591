import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { listenWhileVisible } from '../../packages/dashboard/src/stream.ts'

const page = Object.assign(new EventTarget(), { visibilityState: 'visible' })
const onBeat = vi.fn()
const onFlow = vi.fn()
let sources: FakeSource[]

/** What the browser's EventSource lets be seen. */
class FakeSource extends EventTarget {
  static readonly CLOSED = 2
  readonly url: string
  readyState = 0

  constructor(url: string) {
    super()
    this.url = url
    sources.push(this)
  }

  close(): void {
    this.readyState = FakeSource.CLOSED
  }
}

beforeEach(() => {
  sources = []
  vi.useFakeTimers()
  vi.stubGlobal('EventSource', FakeSource)
  vi.stubGlobal('document', page)
  vi.stubGlobal('addEventListener', page.addEventListener.bind(page))
  show('visible')
  onBeat.mockClear()
  onFlow.mockClear()
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

test('a beat arrives and the stream flows', () => {
  const stop = listenWhileVisible('/api/realtime', { onBeat, onFlow })
  beat()
  expect(onBeat).toHaveBeenCalledWith({ visitors: 3, latest: 'x' })
  expect(onFlow.mock.calls).toEqual([[true]])
  stop()
  expect(sources[0]!.readyState).toBe(FakeSource.CLOSED)
})

test('a stream that a proxy keeps back does not flow, until something comes', () => {
  const stop = listenWhileVisible('/api/realtime', { onBeat, onFlow })
  vi.advanceTimersByTime(3000)
  expect(onFlow.mock.calls).toEqual([[false]])
  beat()
  expect(onFlow.mock.calls).toEqual([[false], [true]])
  stop()
})

test('one that is refused is tried again, after a while; one that broke off is the browser’s to mend', () => {
  const stop = listenWhileVisible('/api/realtime', { onBeat, onFlow })
  sources[0]!.dispatchEvent(new Event('error'))
  vi.advanceTimersByTime(60_000)
  expect(sources).toHaveLength(1)
  sources[0]!.close()
  sources[0]!.dispatchEvent(new Event('error'))
  vi.advanceTimersByTime(15_000)
  expect(sources).toHaveLength(2)
  expect(onFlow).toHaveBeenLastCalledWith(false)
  stop()
  vi.advanceTimersByTime(60_000)
  show('visible')
  expect(sources).toHaveLength(2)
})

test('nobody listens on a hidden page', () => {
  const stop = listenWhileVisible('/api/realtime', { onBeat, onFlow })
  show('hidden')
  expect(sources.map(({ readyState }) => readyState)).toEqual([FakeSource.CLOSED])
  show('visible')
  expect(sources.map(({ readyState }) => readyState)).toEqual([FakeSource.CLOSED, 0])
  stop()
})

function beat(): void {
  sources.at(-1)!.dispatchEvent(new MessageEvent('realtime', { data: '{"visitors":3,"latest":"x"}' }))
}

function show(state: string): void {
  page.visibilityState = state
  page.dispatchEvent(new Event('visibilitychange'))
}
