import { createForwarder, createMemoryOutbox } from '@treadlight/destinations/forward'
import { defineDestination, type ForwardedHit } from '@treadlight/destinations'
import { expect, test } from 'vitest'
import { createEngagedDeltas } from '../../../packages/destinations/src/forward/engagedDeltas.ts'
import { forwardedHit } from '../forwardedHit.ts'

const report = (engaged: number | undefined, changes: Partial<ForwardedHit> = {}): ForwardedHit => forwardedHit({ type: 'engagement', ...(engaged !== undefined && { engaged }), ...changes })

test('of running totals it is said what is new, whatever order they come in', () => {
  const add = createEngagedDeltas()
  const deltas = [1000, 5000, 5000, 3000, 9000].map((engaged) => add(report(engaged)).engagedDelta)
  expect(deltas).toEqual([1000, 4000, 0, 0, 4000])
  expect(deltas.reduce((sum, delta) => sum! + delta!, 0)).toBe(9000)
})

test('views and sites are told apart; what are no totals stays as it is', () => {
  const add = createEngagedDeltas()
  add(report(1000))
  expect(add(report(1500, { site: 'other' })).engagedDelta).toBe(1500)
  expect(add(report(1500, { view: '0197a2f0-2222-7abc-8def-0123456789ab' })).engagedDelta).toBe(1500)
  for (const hit of [report(undefined), report(undefined, { engagedDelta: 7 }), report(5, { view: '' })]) expect(add(hit)).toBe(hit)
})

test('no more views are remembered than fit', () => {
  const add = createEngagedDeltas()
  for (let index = 0; index <= 20_000; index++) add(report(10, { view: String(index) }))
  expect(add(report(10, { view: '20000' })).engagedDelta).toBe(0)
  expect(add(report(10, { view: '0' })).engagedDelta).toBe(10)
})

test('what is forwarded has it, each destination the same', async () => {
  const got: Record<string, (number | undefined)[]> = { a: [], b: [] }
  const destinations = Object.keys(got).map((name) =>
    defineDestination<ForwardedHit>({
      name,
      map: (hit) => hit,
      batch: (items) => [{ request: { url: 'null:', body: JSON.stringify(items) }, indexes: [...items.keys()] }],
      deliver: async ({ body }) => {
        got[name]!.push(...(JSON.parse(body!) as ForwardedHit[]).map((hit) => hit.engagedDelta))
        return { status: 200, header: () => '', body: '' }
      },
    }),
  )
  const forwarder = createForwarder({ destinations, outbox: createMemoryOutbox(), now: () => forwardedHit().time })
  await forwarder.write([report(1000), report(4000)])
  await forwarder.write([report(4500)])
  await forwarder.close()
  expect(got).toEqual({ a: [1000, 3000, 500], b: [1000, 3000, 500] })
})
