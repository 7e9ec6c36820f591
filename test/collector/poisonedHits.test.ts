import { expect, test } from 'vitest'
import { testId } from '../store/makeHit.ts'
import { createTestCollector, noon, type TestCollector } from './collector.ts'

const hit = (path: string): object => ({ url: `https://a.example${path}`, timestamp: '2026-11-21T12:00:00Z' })

/** A collector whose place database throws wherever it is told so. */
function open(fails: { next: boolean }): TestCollector {
  const find = (): undefined => {
    if (fails.next) throw new Error('unreadable node')
  }
  return createTestCollector({ metrics: 'open', place: { headers: 'off', database: { find, refresh: async () => undefined } } })
}

test('a hit that a step throws on is refused alone, and told of by its id and the step', async () => {
  let asked = 0
  const id = testId(1)
  const fails = { get next() { return asked++ === 0 } }
  const test_ = open(fails)
  const response = await test_.post([{ ...hit('/bad'), id: id }, hit('/good'), hit('/better')])
  expect(response.status).toBe(201)
  expect(await response.json()).toEqual({ stored: 2, duplicate: 0, dropped: 0, refused: [{ index: 0, field: 'hit', reason: 'failed in addLocation' }] })
  expect((await test_.stored()).map(({ path }) => path).toSorted()).toEqual(['/better', '/good'])
  expect(test_.errors.map(String)).toEqual([
    `Error: [treadlight] addLocation failed on hit ${id}, which was refused for it; please report this`,
  ])
  expect(test_.errors[0]).toMatchObject({ cause: { message: 'unreadable node' } })
  const metrics = await (await test_.request('/metrics')).text()
  expect(metrics).toContain('treadlight_step_failures_total{step="addLocation"} 1\n')
  expect(metrics).toContain('treadlight_hits_refused_total{field="hit"} 1\n')
})

test('alone it is answered 400, and logged once a minute', async () => {
  const fails = { next: true }
  const test_ = open(fails)
  expect((await test_.post(hit('/'))).status).toBe(400)
  expect((await test_.post(hit('/'))).status).toBe(400)
  expect(test_.errors).toHaveLength(1)
  test_.clock.now = noon + 60_000
  expect((await test_.post(hit('/'))).status).toBe(400)
  expect(test_.errors).toHaveLength(2)
})

test('where every hit fails none is thrown away any more: they come again once it is mended', async () => {
  const fails = { next: true }
  const test_ = open(fails)
  const statuses: number[] = []
  for (let count = 0; count < 22; count++) statuses.push((await test_.post(hit(`/${count}`))).status)
  expect(statuses).toEqual([...Array<number>(20).fill(400), 503, 503])
  expect(String(test_.errors.at(-1))).toMatch(/addLocation fails on every hit/)
  fails.next = false
  expect((await test_.post(hit('/21'))).status).toBe(201)
  fails.next = true
  expect((await test_.post(hit('/22'))).status).toBe(400)
})
