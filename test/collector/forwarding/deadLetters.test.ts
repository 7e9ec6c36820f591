import { defineDestination, type ForwardedHit } from '@treadlight/destinations'
import { createReferenceStore, createValues } from '@treadlight/store'
import { createStorage } from 'unstorage'
import { expect, test, vi } from 'vitest'
import { createTestCollector, logInOwner, noon } from '../collector.ts'

test('dead letters are counted first, then sent again or removed, by the owner', async () => {
  let status = 400
  const arrived: ForwardedHit[] = []
  const destination = defineDestination<ForwardedHit>({
    name: 'crm',
    map: (hit) => hit,
    batch: (items) => [{ request: { url: '', body: JSON.stringify(items) }, indexes: [...items.keys()] }],
    async deliver({ body }) {
      if (status === 200) arrived.push(...(JSON.parse(body!) as ForwardedHit[]))
      return { status, header: () => '', body: '' }
    },
  })
  const rhythm = { gatherFor: 0, beat: 60_000, takeOverAfter: 150_000 }
  const test_ = createTestCollector({ store: createReferenceStore({ now: () => noon }), values: createValues(createStorage()), destinations: [destination], forwarding: { rhythm, random: () => 0 } })
  try {
    const cookie = await logInOwner(test_)
    const ask = async (path: string, body?: object): Promise<unknown> =>
      (await test_.request(path, { method: body ? 'POST' : 'GET', headers: { cookie, 'content-type': 'application/json' }, ...(body && { body: JSON.stringify(body) }) })).json()
    const post = (title: string): Promise<Response> => test_.post({ url: 'https://shop.example/', title }, { 'user-agent': 'Firefox' })
    const dead = async (): Promise<number> => ((await ask('/api/destinations')) as { destinations: [{ dead_letters: { count: number } }] }).destinations[0].dead_letters.count

    await post('one')
    await vi.waitFor(async () => expect(await dead()).toBe(1))
    expect(await ask('/api/destinations/crm/retry', { dry_run: true })).toEqual({ name: 'crm', dry_run: true, hits: 1, sentence: '1 dead letter of crm would be sent again. What it refuses once more comes back here.' })
    expect(await ask('/api/destinations/crm/discard', { dry_run: 'yes' })).toEqual({ error: 'dry_run: must be true or false' })
    expect(await ask('/api/destinations/nobody/retry', {})).toEqual({ error: 'name: there is no destination "nobody"; there is crm' })
    expect(await dead()).toBe(1)

    status = 200
    expect(await ask('/api/destinations/crm/retry', {})).toMatchObject({ hits: 1, sentence: '1 dead letter of crm is sent again. What it refuses once more comes back here.' })
    await vi.waitFor(() => expect(arrived.map(({ title }) => title)).toEqual(['one']))
    expect(await dead()).toBe(0)

    status = 400
    await post('two')
    await vi.waitFor(async () => expect(await dead()).toBe(1))
    expect(await ask('/api/destinations/crm/discard', {})).toMatchObject({ hits: 1, sentence: '1 dead letter of crm is removed: it will never have these hits. In the store they stay.' })
    expect([await dead(), arrived.length, (await test_.stored()).length]).toEqual([0, 1, 2])
  } finally {
    await test_.collector.forwarding?.close({ timeout: 0 })
  }
})
