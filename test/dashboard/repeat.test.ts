import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { repeatWhileVisible } from '../../packages/dashboard/src/repeat.ts'

const page = Object.assign(new EventTarget(), { visibilityState: 'visible' })
const onTrouble = vi.fn()

beforeEach(() => {
  vi.useFakeTimers()
  vi.stubGlobal('document', page)
  vi.stubGlobal('addEventListener', page.addEventListener.bind(page))
  show('visible')
  onTrouble.mockClear()
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

test('runs at once and then from start to start', async () => {
  const task = vi.fn(() => sleep(100))
  const { stop } = repeatWhileVisible(task, { every: () => 1000, onTrouble })
  await vi.advanceTimersByTimeAsync(2500)
  expect(task).toHaveBeenCalledTimes(3)
  stop()
})

test('a slow task never overlaps itself, and rests three times as long as it took', async () => {
  const task = vi.fn(() => sleep(2000))
  const { stop } = repeatWhileVisible(task, { every: () => 1000, onTrouble })
  await vi.advanceTimersByTimeAsync(7999)
  expect(task).toHaveBeenCalledTimes(1)
  await vi.advanceTimersByTimeAsync(1)
  expect(task).toHaveBeenCalledTimes(2)
  stop()
})

test('rests while the page is hidden and runs at once when it is back', async () => {
  const task = vi.fn(() => sleep(0))
  const { stop } = repeatWhileVisible(task, { every: () => 1000, onTrouble })
  await vi.advanceTimersByTimeAsync(1)
  show('hidden')
  await vi.advanceTimersByTimeAsync(60_000)
  expect(task).toHaveBeenCalledTimes(1)
  show('visible')
  expect(task).toHaveBeenCalledTimes(2)
  stop()
})

test('runs less and less often while it fails, and tells when it is over', async () => {
  let isDown = true
  const task = vi.fn(async () => {
    if (isDown) throw new Error('down')
  })
  const { stop } = repeatWhileVisible(task, { every: () => 1000, onTrouble })
  await vi.advanceTimersByTimeAsync(800 + 1600)
  expect(task).toHaveBeenCalledTimes(3)
  expect(onTrouble).toHaveBeenLastCalledWith(new Error('down'))
  isDown = false
  await vi.advanceTimersByTimeAsync(8000)
  expect(onTrouble).toHaveBeenLastCalledWith(undefined)
  stop()
})

test('a wish is fulfilled at once, after the round under way, and no sooner than failures and the collector allow', async () => {
  let problem: Error | undefined
  const task = vi.fn(async () => {
    await sleep(10)
    if (problem) throw problem
  })
  const rounds = repeatWhileVisible(task, { every: () => 20_000, onTrouble })
  rounds.now()
  await vi.advanceTimersByTimeAsync(100)
  expect(task).toHaveBeenCalledTimes(2)
  await vi.advanceTimersByTimeAsync(1000)
  problem = Object.assign(new Error('too many'), { retryAfter: 5000 })
  rounds.now()
  await vi.advanceTimersByTimeAsync(100)
  expect(task).toHaveBeenCalledTimes(3)
  rounds.now()
  await vi.advanceTimersByTimeAsync(4800)
  expect(task).toHaveBeenCalledTimes(3)
  await vi.advanceTimersByTimeAsync(200)
  expect(task).toHaveBeenCalledTimes(4)
  rounds.stop()
})

test.each(['offline', 'online'])('goes %s in the middle of a round: that is looked at right after it', async (name) => {
  const task = vi.fn(() => sleep(50))
  const { stop } = repeatWhileVisible(task, { every: () => 20_000, onTrouble })
  await vi.advanceTimersByTimeAsync(20)
  page.dispatchEvent(new Event(name))
  expect(task).toHaveBeenCalledTimes(1)
  // The round, and its rest.
  await vi.advanceTimersByTimeAsync(30 + 150)
  expect(task).toHaveBeenCalledTimes(2)
  await vi.advanceTimersByTimeAsync(1000)
  expect(task).toHaveBeenCalledTimes(2)
  stop()
})

test('stops for good', async () => {
  const task = vi.fn(async () => {})
  repeatWhileVisible(task, { every: () => 1000, onTrouble }).stop()
  await vi.advanceTimersByTimeAsync(5000)
  show('visible')
  expect(task).toHaveBeenCalledTimes(1)
})

function show(state: string): void {
  page.visibilityState = state
  page.dispatchEvent(new Event('visibilitychange'))
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
