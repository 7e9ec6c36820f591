import { afterEach, expect, test, vi } from 'vitest'
import { createRefresher } from '../../packages/store/src/refresher.ts'

afterEach(() => vi.restoreAllMocks())

const rows: [string, { refreshMs: number; loads: number[] }, rest: number][] = [
  ['a quick load: as long as asked for', { refreshMs: 250, loads: [1, 1] }, 250],
  ['a slow load: 20 times as long as it took', { refreshMs: 250, loads: [1, 50] }, 1000],
  ['a very slow load: 2 s', { refreshMs: 250, loads: [1, 5000] }, 2000],
  ['the first load, which reads everything: as long as asked for', { refreshMs: 250, loads: [5000] }, 250],
  ['longer, if asked for', { refreshMs: 60_000, loads: [1, 5000] }, 60_000],
]
test.each(rows)('rests after %s', async (_, { refreshMs, loads }, rest) => {
  let time = 0
  let count = 0
  vi.spyOn(performance, 'now').mockImplementation(() => time)
  const { refresh, refreshNow } = createRefresher(async () => void (time += loads[count++] ?? 0), refreshMs)
  for (let load = 0; load < loads.length; load++) await refreshNow()
  time += rest - 1
  await refresh()
  expect(count).toBe(loads.length)
  time += 1
  await refresh()
  expect(count).toBe(loads.length + 1)
})
