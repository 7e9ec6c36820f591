import { createReferenceStore, createValues, type Values } from '@treadlight/store'
import { createStorage } from 'unstorage'
import { expect, test, vi } from 'vitest'
import { createLonePeer } from '../../packages/collector/src/peers.ts'
import { makeEngagement, makeEvent, makeHit, noon } from '../store/makeHit.ts'
import { createTestCollector, logInOwner, type TestCollector } from './collector.ts'

const ann = { site: 'default', user: 'ann', session: 's1', visitor: 'v1' }
const later = 'forwarding:waiting:crm:019aa5b60000000000-0f-2.default'

interface Scene {
  test: TestCollector
  values: Values
  erase: (body: object) => Promise<Record<string, unknown>>
}

async function open(options: Parameters<typeof createTestCollector>[0] = {}): Promise<Scene> {
  const store = createReferenceStore({ now: () => noon })
  const view = makeHit(ann)
  await store.append([view, makeEvent('buy', ann), makeEngagement(view), makeHit({ site: 'default', user: 'bob', visitor: 'v2' })])
  const values = createValues(createStorage())
  await values.create(later, [{ ...view, user: 'ann' }, makeHit({ site: 'default', user: 'bob' })].map((hit) => JSON.stringify(hit)).join('\n'))
  await values.create(later.replace('waiting', 'dead').replace('-2.', '-1.'), JSON.stringify({ hit: view, reason: 'answered 422', time: noon }))
  const test = createTestCollector({ store, values, ...options })
  const cookie = await logInOwner(test)
  return {
    test,
    values,
    async erase(body) {
      const response = await test.request('/api/erase', { method: 'POST', headers: { cookie, 'content-type': 'application/json' }, body: JSON.stringify(body) })
      return (await response.json()) as Record<string, unknown>
    },
  }
}

const left = async ({ test }: Scene): Promise<string[]> => (await test.stored()).map(({ user }) => user)

test('a dry run says what would go, here and of what waits for destinations, and changes nothing', async () => {
  const scene = await open()
  expect(await scene.erase({ user: 'ann', dry_run: true })).toEqual({
    site_id: 'default',
    person: { user: 'ann' },
    dry_run: true,
    erased: 3,
    pageviews: 1,
    events: 1,
    engagement: 1,
    destinations: [{ name: 'crm', waiting: 1, dead: 1 }],
    finished: false,
    sentence:
      '3 hits of user ann of site default would be erased: 1 pageview, 1 event, 1 engagement report. So would what has not reached destinations: crm (1 waiting, 1 dead letter). Nothing was changed.',
  })
  expect(await left(scene)).toHaveLength(4)
  expect(await scene.values.list('forwarding:')).toHaveLength(2)
  expect(await scene.erase({ user: 'nobody', dry_run: true })).toMatchObject({ erased: 0, finished: true, sentence: 'Nothing is there of user nobody of site default; nothing would be erased.' })
})

test('an erasure takes the person out of the store, the outbox and the dead letters, and reports when and by whom', async () => {
  const scene = await open()
  const report = await scene.erase({ user: 'ann' })
  expect(report).toMatchObject({ dry_run: false, erased: 3, destinations: [{ name: 'crm', waiting: 1, dead: 1 }], erased_at: '2026-11-21T12:00:00.000Z', erased_by: 'admin' })
  expect(report['sentence']).toMatch(/^Erased 3 hits of user ann of site default: .* So is what had not reached destinations: crm \(1 waiting, 1 dead letter\)\.\nThat is in force now/)
  expect(await left(scene)).toEqual(['bob'])
  const [waiting, ...others] = await scene.values.list('forwarding:')
  expect(others).toEqual([])
  const text = new TextDecoder().decode(await scene.values.read(waiting!))
  expect(text).toContain('bob')
  expect(text).not.toContain('ann')
  expect(await scene.erase({ user: 'ann' })).toMatchObject({ erased: 0, destinations: [] })
})

test('all workers are told, so that none hands on what it has in memory', async () => {
  const peers = createLonePeer()
  const ask = vi.spyOn(peers, 'ask')
  const scene = await open({ peers })
  await scene.erase({ session: 's1', dry_run: true })
  expect(ask).not.toHaveBeenCalled()
  await scene.erase({ session: 's1' })
  expect(ask.mock.calls).toEqual([['erased']])
  await expect(ask.mock.results[0]!.value).resolves.toEqual([true])
})

test.each([
  [{}, /^user: name a person by it, by session or by visitor$/],
  [{ user: 'ann', visitor: 'v1' }, /^user and visitor: name one person at a time$/],
  [{ user: 7 }, /^user: needs an id/],
  [{ user: 'ann', dryRun: true }, /^"dryRun": is no field; there are site_id, user, session, visitor, dry_run$/],
  [{ user: 'ann', dry_run: 'yes' }, /^dry_run: must be true or false$/],
  [{ user: 'ann', site_id: 'nope' }, /^site_id: /],
  [[], /^body: must be a JSON object$/],
])('%j is refused, and nobody is erased', async (body, message) => {
  const scene = await open()
  expect(await scene.erase(body)).toEqual({ error: expect.stringMatching(message) })
  expect(await left(scene)).toHaveLength(4)
})
