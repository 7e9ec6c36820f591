import { createValues, type Values } from '@treadlight/store'
import { createStorage } from 'unstorage'
import { beforeEach, describe, expect, test } from 'vitest'
import { createGoals } from '../../../packages/collector/src/goals/goals.ts'
import { logInOwner } from '../collector.ts'
import { makeEvent, makeHit } from '../../store/makeHit.ts'
import { openStats, type AskStats } from './askStats.ts'

const noon = Date.UTC(2026, 10, 21, 12)
let stats: AskStats
let headers: Record<string, string>
let values: Values
beforeEach(async () => {
  values = createValues(createStorage())
  stats = await openStats(
    [makeHit({ time: noon, path: '/thanks' }), makeHit({ time: noon, visitor: 'b', path: '/blog/1' }), makeEvent('Signup', { time: noon }), makeEvent('Call', { time: noon, visitor: 'b' })],
    { sites: [{ id: 'blog', timezone: 'UTC', hosts: ['blog.example'] }], values },
  )
  headers = { cookie: await logInOwner(stats), 'content-type': 'application/json' }
})

const add = async (goal: object): Promise<[number, unknown]> => {
  const response = await stats.request('/api/goals', { method: 'POST', headers, body: JSON.stringify({ site_id: 'default', ...goal }) })
  return [response.status, await response.json()]
}
const remove = async (name: string, site = 'default'): Promise<number> =>
  (await stats.request(`/api/goals?${new URLSearchParams({ site_id: site, name })}`, { method: 'DELETE', headers })).status
const conversions = async (): Promise<[string, number][]> =>
  (await stats.query({ metrics: ['events'], dimensions: ['event:goal'], order_by: [['event:goal', 'asc']] })).results.map(({ dimensions, metrics }) => [dimensions[0]!, metrics[0] as number])

describe('/api/goals', () => {
  test('a field that there is not is no goal', async () => {
    expect(await add({ event: 'Signup', nme: 'Joined' })).toEqual([400, { error: 'body: "nme" is unknown; did you mean name?' }])
    expect(await stats.get('/api/goals')).toEqual([200, { site_id: 'default', goals: [], every_event: true }])
  })

  test('without any, every event is one', async () => {
    expect(await stats.get('/api/goals?site_id=default')).toEqual([200, { site_id: 'default', goals: [], every_event: true }])
    expect(await conversions()).toEqual([['Call', 1], ['Signup', 1]])
  })

  test('those that there are count, under their names; another site has its own', async () => {
    expect(await add({ event: 'Signup' })).toEqual([201, { site_id: 'default', name: 'Signup', event: 'Signup' }])
    expect(await add({ page: '/blog/*' })).toEqual([201, { site_id: 'default', name: 'Visit /blog/*', page: '/blog/*' }])
    expect(await add({ name: '  Order placed', page: '/thanks' })).toEqual([201, { site_id: 'default', name: '  Order placed', page: '/thanks' }])
    expect(await conversions()).toEqual([['  Order placed', 1], ['Signup', 1], ['Visit /blog/*', 1]])
    expect(await stats.get('/api/goals')).toEqual([
      200,
      { site_id: 'default', goals: [{ name: '  Order placed', page: '/thanks' }, { name: 'Signup', event: 'Signup' }, { name: 'Visit /blog/*', page: '/blog/*' }], every_event: false },
    ])
    expect(await stats.get('/api/goals?site_id=blog.example')).toEqual([200, { site_id: 'blog', goals: [], every_event: true }])
  })

  test('one is removed by its name, and the name is free again', async () => {
    await add({ event: 'Signup' })
    expect(await remove('Signup', 'blog')).toBe(404)
    expect([await remove('Signup'), await remove('Signup')]).toEqual([204, 404])
    expect(await add({ name: 'Signup', event: 'Call' })).toEqual([201, { site_id: 'default', name: 'Signup', event: 'Call' }])
    expect(await conversions()).toEqual([['Signup', 1]])
  })

  test('two of one name are refused', async () => {
    await add({ event: 'Signup' })
    expect(await add({ name: 'Signup', page: '/' })).toEqual([409, { error: 'name: there is a goal "Signup" already' }])
  })

  test.each<[string, object, RegExp]>([
    ['nothing', {}, /^event: give either event/],
    ['both', { event: 'a', page: '/a' }, /^event: give either event/],
    ['no text', { event: 7 }, /^event: must be the name/],
    ['an empty name', { event: ' ' }, /^event: must be the name/],
    ['a name that cannot be seen', { event: 'a\u202eb' }, /^event: must be the name/],
    ['a name that is too long', { event: 'x'.repeat(121) }, /^event: .*120 characters/],
    ['no path', { page: 'thanks' }, /^page: must be a path/],
    ['a path with controls', { page: '/a\nb' }, /^page: must be a path/],
    ['a name that is none', { page: '/', name: '' }, /^name: must be a text/],
    ['a site that there is not', { event: 'a', site_id: 'x' }, /^site_id/],
    ['a site that is none', { event: 'a', site_id: 7 }, /^site_id/],
  ])('400: %s', async (_, goal, message) => {
    expect(await add(goal)).toEqual([400, { error: expect.stringMatching(message) as string }])
  })

  test('400 without a name to remove', async () => {
    const response = await stats.request('/api/goals', { method: 'DELETE', headers })
    expect([response.status, await response.json()]).toEqual([400, { error: expect.stringMatching(/^name/) as string }])
  })

  test('there are at most 200', async () => {
    for (let count = 0; count < 200; count++) await values.create(`goals:default.${String(count).padStart(32, '0')}`, JSON.stringify({ name: `e${count}`, event: 'e' }))
    stats.clock.now += 5001
    expect(await add({ event: 'one more' })).toEqual([400, { error: expect.stringMatching(/200 goals/) as string }])
  })

  test('names that are special elsewhere are names', async () => {
    for (const event of ['__proto__', 'constructor', '../../x', 'a:b', '*', '<img src=x onerror=alert(1)>']) {
      expect(await add({ event })).toEqual([201, { site_id: 'default', name: event, event }])
      expect(await remove(event)).toBe(204)
    }
  })
})

describe('goals in the storage', () => {
  test('what another process adds and removes is known after 5 s; what is damaged is left out', async () => {
    const storage = createStorage()
    const clock = { now: 0 }
    const [one, other] = [createGoals(createValues(storage), () => clock.now), createGoals(createValues(storage), () => clock.now)]
    expect(await one.list('default')).toEqual([])
    await other.add('default', { name: 'a', event: 'a' })
    expect(await one.list('default')).toEqual([])
    clock.now += 5001
    expect(await one.list('default')).toEqual([{ name: 'a', event: 'a' }])
    await other.remove('default', 'a')
    await other.add('default', { name: 'a', page: '/a' })
    clock.now += 5001
    expect(await one.list('default')).toEqual([{ name: 'a', page: '/a' }])
    await other.remove('default', 'a')
    await storage.setItemRaw('goals:default.0123456789abcdef0123456789abcdef', Buffer.from('broken'))
    await createValues(storage).create('goals:default.1123456789abcdef0123456789abcdef', '{"name":7}')
    await storage.setItemRaw('goals:README', Buffer.from('not ours'))
    clock.now += 5001
    expect(await one.list('default')).toEqual([])
  })
})
