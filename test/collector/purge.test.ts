import { createReferenceStore } from '@treadlight/store'
import { describe, expect, test } from 'vitest'
import type { CollectorOptions } from '../../packages/collector/src/collector.ts'
import { createTestCollector, logInOwner, noon, type TestCollector } from './collector.ts'
import { hitOf } from './runCli.ts'

const hour = 3_600_000
/** Hours before noon UTC of 21 November. */
const aged = (age: number, fields = {}) => ({ ...hitOf(0, fields), time: noon - age * hour, received: noon, day: new Date(noon - age * hour).toISOString().slice(0, 10) })

async function open(options: Partial<CollectorOptions> = {}): Promise<TestCollector & { ask: (method: string, path: string, body?: object) => Promise<[number, unknown]> }> {
  const store = createReferenceStore({ now: () => noon })
  await store.append([aged(50), aged(49, { user: 'ada' }), aged(48), aged(48, { type: 'event', name: 'x' }), aged(2), aged(60, { site: 'blog' })])
  const test_ = createTestCollector({ store, timezone: 'Europe/Berlin', sites: [{ id: 'blog', timezone: 'UTC', hosts: ['blog.example'] }], ...options })
  const cookie = await logInOwner(test_)
  return {
    ...test_,
    async ask(method, path, body) {
      const response = await test_.request(path, { method, headers: { cookie, 'content-type': 'application/json' }, ...(body && { body: JSON.stringify(body) }) })
      return [response.status, await response.json()]
    },
  }
}

describe('POST /api/prune', () => {
  test('PT15 says what would go, then deletes what is strictly older, of this site alone, whoever it is of', async () => {
    const { ask, stored, store } = await open()
    // Noon in UTC is one o’clock in Berlin.
    const before = '2026-11-19 13:00:00'
    const said = { site_id: 'default', before, moment: '2026-11-19T12:00:00.000Z', anonymous: 1, authenticated: 1, others: 0 }
    expect(await ask('POST', '/api/prune', { before, dry_run: true })).toEqual([200, { ...said, dry_run: true, sentence: '1 anonymous pageviews would be deleted, 1 authenticated pageviews would be deleted' }])
    expect(await stored()).toHaveLength(5)
    expect(await ask('POST', '/api/prune', { site_id: 'default', before })).toEqual([200, { ...said, dry_run: false, sentence: '1 anonymous pageviews deleted, 1 authenticated pageviews deleted' }])
    expect((await stored()).map(({ time }) => (noon - time) / hour)).toEqual([48, 48, 2])
    const blog: unknown[] = []
    for await (const hit of store.hits({ site: 'blog' })) blog.push(hit)
    expect(blog).toHaveLength(1)
  })

  test.each<[object, string]>([
    [{}, 'before: must be YYYY-MM-DD hh:mm:ss or YYYY-MM-DD, such as "2026-01-01 00:00:00" or 2026-01-01'],
    [{ before: 7 }, 'before: must be'],
    [{ before: 'yesterday' }, 'before: "yesterday": must be'],
    [{ before: '2026-02-30 00:00:00' }, 'must be'],
    [{ before: '2026-11-21 13:00:01' }, 'that is still to come in Europe/Berlin, where site default is; name a moment that has been'],
    [{ before: '2026-03-29 02:30:00' }, 'clocks in Europe/Berlin, where site default is, have skipped it'],
    [{ before: '2026-11-19', dry_run: 'yes' }, 'dry_run: must be true or false'],
    [{ before: '2026-11-19', site_id: 'nowhere' }, 'site_id: "nowhere" is unknown'],
  ])('PT15 bad input deletes nothing: %j', async (body, error) => {
    const { ask, stored } = await open()
    expect(await ask('POST', '/api/prune', body)).toEqual([400, { error: expect.stringContaining(error) }])
    expect(await stored()).toHaveLength(5)
  })

  test('a clock that is not believed deletes nothing; a dry run may look', async () => {
    const { ask, stored } = await open({ doubtClock: () => 'the clock is odd' })
    expect(await ask('POST', '/api/prune', { before: '2026-11-21' })).toEqual([503, { error: 'the clock is odd' }])
    expect(await ask('POST', '/api/prune', { before: '2026-11-21', dry_run: true })).toMatchObject([200, { anonymous: 2 }])
    expect(await stored()).toHaveLength(5)
  })

  test('one at a time, of all tasks', async () => {
    const store = createReferenceStore({ now: () => noon })
    let release = (): void => undefined
    let isHeld = false
    const held = { ...store, prune: () => new Promise<never>((_, reject) => ((isHeld = true), (release = () => reject(new Error('held'))))) }
    const { ask, errors } = await open({ store: held as never })
    const first = ask('POST', '/api/prune', { before: '2026-11-19' })
    await expect.poll(() => isHeld).toBe(true)
    expect(await ask('POST', '/api/tasks/maintain')).toEqual([409, { error: 'The task prune is running: try again when it is done' }])
    release()
    expect((await first)[0]).toBe(500)
    expect(errors).toHaveLength(1)
    expect((await ask('POST', '/api/tasks/maintain'))[0]).toBe(200)
  })
})

test('PT15 GET /api/retention says how long what is kept, and a moment a day before now by the site’s clock', async () => {
  const { ask, clock } = await open({ retention: { anonymous: 7 * 24 * hour, authenticated: 30 * 24 * hour, newest: 1000 } })
  expect(await ask('GET', '/api/retention')).toEqual([200, { site_id: 'default', timezone: 'Europe/Berlin', anonymous: 7, authenticated: 30, newest: 1000, before: '2026-11-20 13:00:00' }])
  clock.now += hour
  expect(await ask('GET', '/api/retention?site_id=blog')).toMatchObject([200, { before: '2026-11-20 13:00:00', timezone: 'UTC' }])
})
