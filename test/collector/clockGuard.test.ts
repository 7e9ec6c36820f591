import { describe, expect, test } from 'vitest'
import { createClockGuard } from '../../packages/collector/src/clockGuard.ts'

const hour = 3_600_000
const day = 24 * hour
const noon = Date.parse('2026-11-21T12:00:00Z')

/** A guard with clocks that are moved by hand. */
function createClocks(newest?: number) {
  const clocks = { now: noon, elapsed: 5000 }
  const guard = createClockGuard({ now: () => clocks.now, elapsed: () => clocks.elapsed, newest })
  return {
    guard,
    /** Time goes by. */
    pass(ms: number): void {
      clocks.now += ms
      clocks.elapsed += ms
    },
    /** The clock is set, or the machine sleeps. */
    jump(ms: number): void {
      clocks.now += ms
    },
  }
}

describe('a clock is believed', () => {
  test.each([
    ['as it goes on', 0, 100 * day],
    ['when it was set by a day', day, hour],
    ['when it was set back by a year', -365 * day, hour],
  ])('%s', (_, jump, pass) => {
    const { guard, ...clocks } = createClocks()
    expect(guard.doubt()).toBeUndefined()
    clocks.jump(jump)
    clocks.pass(pass)
    expect(guard.doubt()).toBeUndefined()
  })

  test.each([undefined, noon, noon - day, noon + 400 * day])('at the start, if the newest value was written at %s', (newest) => {
    expect(createClocks(newest).guard.doubt()).toBeUndefined()
  })
})

describe('a clock is doubted', () => {
  test('when it jumps three days ahead, until it is set right', () => {
    const { guard, ...clocks } = createClocks()
    clocks.jump(3 * day)
    expect(guard.doubt()).toMatch(/nothing is pruned: the clock says 2026-11-24T12:00Z, 3 days after .*2026-11-21T12:00Z.*treadlight prune/)
    clocks.pass(hour)
    expect(guard.doubt()).toBeDefined()
    clocks.jump(-3 * day)
    expect(guard.doubt()).toBeUndefined()
  })

  test('until it has gone on for a day: then it was the machine that slept', () => {
    const { guard, ...clocks } = createClocks()
    clocks.jump(30 * day)
    for (let hours = 0; hours < 24; hours++) {
      expect(guard.doubt()).toBeDefined()
      clocks.pass(hour)
    }
    expect(guard.doubt()).toBeUndefined()
    clocks.pass(hour)
    expect(guard.doubt()).toBeUndefined()
  })

  test('anew when it jumps again', () => {
    const { guard, ...clocks } = createClocks()
    clocks.jump(30 * day)
    expect(guard.doubt()).toBeDefined()
    clocks.pass(23 * hour)
    clocks.jump(300 * day)
    expect(guard.doubt()).toBeDefined()
    clocks.pass(2 * hour)
    expect(guard.doubt()).toBeDefined()
  })

  test('at the start, when the newest value is older than two days: a clock that was wrong before shows in nothing else', () => {
    expect(createClocks(noon - 3 * day).guard.doubt()).toMatch(/3 days after/)
  })
})
