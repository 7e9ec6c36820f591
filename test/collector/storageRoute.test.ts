import { createStore, createValues, type StorageProblem } from '@treadlight/store'
import { createStorage } from 'unstorage'
import { expect, test } from 'vitest'
import { loadConfig, resolveConfig } from '../../packages/collector/src/config.ts'
import { showSettings } from '../../packages/collector/src/showSettings.ts'
import { createTestCollector, logInOwner, noon } from './collector.ts'
import { hitOf } from './runCli.ts'

const day = 86_400_000
const aged = (age: number) => ({ ...hitOf(0), time: noon - age * day, received: noon, day: new Date(noon - age * day).toISOString().slice(0, 10) })

test('GET /api/storage says what is stored, what waits, what is damaged and fails, and what upkeep has done', async () => {
  const storage = createStorage()
  const clock = { now: noon }
  const store = await createStore({ storage, durability: 'volatile', now: () => clock.now })
  const problems: StorageProblem[] = [{ key: 'default:segment:2026-11-01-x', offset: 7, reason: 'checksum' }]
  const described = { place: 'memory', promise: 'hits are gone when the process ends (volatile)' }
  const test_ = createTestCollector({ store: store as never, values: createValues(storage), problems, storage: described, now: () => clock.now })
  const cookie = await logInOwner(test_)
  const ask = async (): Promise<Record<string, unknown>> => (await test_.request('/api/storage', { headers: { cookie } })).json() as Promise<Record<string, unknown>>
  await store.append([aged(10), aged(9), aged(1)])
  expect(await ask()).toMatchObject({
    durability: 'volatile',
    ...described,
    sites: [{ site_id: 'default', hits_about: 3, waiting: 3, oldest: new Date(noon - 10 * day).toISOString(), newest: new Date(noon - day).toISOString() }],
    problems: [{ level: 'problem', detail: 'default:segment:2026-11-01-x: its bytes are not those that were written (byte 7)', remedy: expect.stringContaining('backup') }],
    failing: {},
    erasures: { all: 0, unfinished: 0 },
  })
  expect(await ask()).not.toHaveProperty('upkeep')

  await store.erase({ site: 'default', visitor: 'nobody' })
  clock.now += 3 * day
  await test_.request('/api/tasks/maintain', { method: 'POST', headers: { cookie, 'content-type': 'application/json' } })
  const after = await ask()
  expect(after).toMatchObject({ sites: [{ hits_about: 3, waiting: 0 }], erasures: { all: 1 }, upkeep: { at: new Date(clock.now).toISOString(), compacted: 3 } })
  const kinds = Object.fromEntries((after['values'] as { kind: string; values: number; bytes?: number }[]).map(({ kind, ...figures }) => [kind, figures]))
  expect(kinds['segment']).toEqual({ values: 3 })
  expect(kinds['manifest']!.bytes).toBeGreaterThan(0)
  await store.close()
})

test('GET /api/config says every setting and where it comes from, and no secret', async () => {
  const env = { TREADLIGHT_TIMEZONE: 'UTC', TREADLIGHT_USER_SECRETS: 'do-not-show-this-secret-of-32-letters', TREADLIGHT_STORAGE_DRIVER: 'redis', TREADLIGHT_STORAGE_URL: 'redis://user:hunter2@redis.example/0' }
  const { config, settings } = await resolveConfig({ env, folder: '/' })
  const test_ = createTestCollector({ configuration: showSettings(config, settings) })
  const text = await (await test_.request('/api/config', { headers: { cookie: await logInOwner(test_) } })).text()
  expect(JSON.parse(text)).toMatchObject({ settings: { timezone: { value: 'UTC', from: 'environment variable TREADLIGHT_TIMEZONE' }, port: { value: 4600, from: 'default' }, userSecrets: { value: '1 of them, not shown' } } })
  expect(text).not.toMatch(/hunter2|do-not-show/)
})

test('GET /api/privacy says to anybody what the page does', async () => {
  const { describePrivacy } = await import('../../packages/collector/src/privacy/describePrivacy.ts')
  const sections = describePrivacy(await loadConfig({ env: { TREADLIGHT_TIMEZONE: 'UTC' }, folder: '/' }))
  const test_ = createTestCollector({ privacyPage: sections })
  expect(await (await test_.request('/api/privacy')).json()).toEqual({ sections })
})
