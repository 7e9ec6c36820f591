import { createId } from '@treadlight/protocol'
import { createReferenceStore, createValues, type HitStore, type StoredHit, type Values } from '@treadlight/store'
import { createStorage } from 'unstorage'
import { beforeEach, describe, expect, test } from 'vitest'
import { createFinder } from '../../packages/collector/src/sites/sites.ts'
import { readSiteHost } from '../../packages/collector/src/sites/siteHost.ts'
import { siteRecordKey } from '../../packages/collector/src/sites/siteRecords.ts'
import { createTestCollector, logInOwner, noon } from './collector.ts'

const utc = { timezone: 'UTC' }
const day = 86_400_000

describe('whose hit it is', () => {
  const find = createFinder([
    { id: 'default', ...utc, hosts: [] },
    { id: 'blog', ...utc, hosts: ['blog.example', '*.blog.example'] },
    { id: 'docs', ...utc, hosts: ['docs.blog.example', '*.docs.blog.example', 'xn--bcher-kva.example'] },
    { id: 'late', ...utc, hosts: ['blog.example'] },
  ])

  test.each([
    [undefined, 'https://blog.example/', 'blog'],
    [undefined, 'https://BLOG.example:8080/x', 'blog'],
    [undefined, 'https://a.blog.example/', 'blog'],
    [undefined, 'https://a.b.blog.example/', 'blog'],
    [undefined, 'https://docs.blog.example/', 'docs'],
    [undefined, 'https://v1.docs.blog.example/', 'docs'],
    [undefined, 'https://bücher.example/', 'docs'],
    [undefined, 'https://docs.blog.example./', 'docs'],
    [undefined, 'https://www.bücher.example/', 'docs'],
    [undefined, `https://${'a.'.repeat(200)}blog.example/`, 'default'],
    [undefined, 'https://notblog.example/', 'default'],
    [undefined, 'https://blog.example.evil.example/', 'default'],
    [undefined, 'https://example/', 'default'],
    [undefined, 'https://shop.example/', 'default'],
    ['docs', 'https://blog.example/', 'docs'],
    ['default', 'https://blog.example/', 'default'],
    ['nowhere', 'https://blog.example/', undefined],
    ['__proto__', 'https://blog.example/', undefined],
    ['constructor', 'https://blog.example/', undefined],
  ])('site %j, %s: %j', (name, url, id) => {
    expect(find(name, new URL(url).hostname)?.id).toBe(id)
  })
})

test.each([
  ['blog.example', 'blog.example'],
  [' Blog.Example ', 'blog.example'],
  ['*.blog.example', '*.blog.example'],
  ['bücher.example', 'xn--bcher-kva.example'],
  ['localhost', 'localhost'],
  ['127.0.0.1', '127.0.0.1'],
  ['[::1]', '[::1]'],
  ['blog.example:80', undefined],
  ['https://blog.example', undefined],
  ['blog.example/x', undefined],
  ['a@blog.example', undefined],
  ['a.*.example', undefined],
  ['*', undefined],
  ['', undefined],
  [7, undefined],
])('the host %j is %j', (text, host) => {
  expect(readSiteHost(text)).toBe(host)
})

describe('a collector of several sites', () => {
  let values: Values
  let store: HitStore
  let nonce = 0
  beforeEach(() => {
    values = createValues(createStorage())
    store = createReferenceStore({ now: () => noon })
  })
  const write = (id: string, time: number, record: object): Promise<boolean> =>
    values.create(siteRecordKey(id, time, String(nonce++).padStart(12, '0')), JSON.stringify({ timezone: 'UTC', hosts: [], removed: false, ...record }))
  const hitsOf = async (site: string): Promise<StoredHit[]> => {
    const hits: StoredHit[] = []
    for await (const hit of store.hits({ site, order: 'oldest' })) hits.push(hit)
    return hits
  }
  const open = () => createTestCollector({ values, store, sites: [{ id: 'blog', timezone: 'Asia/Tokyo', hosts: ['blog.example'] }] })

  test('counts a batch by host and name, each hit on its own site’s day, with a visitor that no other site knows', async () => {
    const test_ = open()
    test_.clock.now = Date.parse('2026-11-21T16:00:00Z')
    const response = await test_.post([{ url: 'https://blog.example/' }, { url: 'https://shop.example/' }, { url: 'https://shop.example/', site: 'blog' }, { url: 'https://shop.example/', site: 'x' }])
    expect(await response.json()).toMatchObject({ stored: 3, dropped: 1 })
    expect(response.headers.get('x-hit-dropped')).toBe('site')
    const [blog, shop] = [await hitsOf('blog'), await hitsOf('default')]
    expect([blog.map((hit) => hit.day), shop.map((hit) => hit.day)]).toEqual([['2026-11-22', '2026-11-22'], ['2026-11-21']])
    expect(blog[0]!.visitor).toBe(blog[1]!.visitor)
    expect(blog[0]!.visitor).not.toBe(shop[0]!.visitor)
    expect((await values.list('blog:salt:')).map((key) => key.split(':')[2])).toEqual(['2026-11-22', '2026-11-23'])
  })

  test('the setting hosts is the default site’s, and each site has its own number of distinct values', async () => {
    const test_ = createTestCollector({ values, store, sites: [{ id: 'blog', ...utc, hosts: ['blog.example'] }], settings: { hosts: ['shop.example'], limits: { distinct: 1 } } })
    const response = await test_.post(['https://blog.example/a', 'https://shop.example/b', 'https://evil.example/'].map((url) => ({ url })))
    expect(await response.json()).toMatchObject({ stored: 2, dropped: 1 })
    expect(response.headers.get('x-hit-dropped')).toBe('host')
    expect(test_.collector.unknownHosts().map(({ host }) => host)).toEqual(['evil.example'])
    expect([(await hitsOf('blog'))[0]!.path, (await hitsOf('default'))[0]!.path]).toEqual(['/a', '/b'])
    await test_.post({ url: 'https://blog.example/c' })
    expect((await hitsOf('blog')).map(({ path }) => path).toSorted()).toEqual(['(other)', '/a'])
    expect([test_.collector.capped('blog'), test_.collector.capped()]).toEqual([{ '2026-11-21': { path: 1 } }, {}])
  })

  test('answers stats of each by site_id', async () => {
    const test_ = open()
    const cookie = await logInOwner(test_)
    const headers = { cookie, 'content-type': 'application/json' }
    await test_.post({ url: 'https://blog.example/' })
    await test_.post({ url: 'https://blog.example/x', site: 'nowhere' })
    const ask = (path: string): Promise<Response> => test_.request(path, { headers })
    const query = (site_id: string): Promise<Response> =>
      test_.request('/api/v2/query', { method: 'POST', headers, body: JSON.stringify({ site_id, metrics: ['pageviews'], date_range: 'day' }) })
    expect(await (await ask('/api/sites')).json()).toMatchObject({
      sites: [{ id: 'default', timezone: 'UTC' }, { id: 'blog', timezone: 'Asia/Tokyo', hosts: ['blog.example'] }],
      retention: { anonymous: 90, authenticated: 365 },
    })
    expect(await (await query('blog')).json()).toMatchObject({ results: [{ metrics: [1] }], query: { date_range: ['2026-11-20T15:00:00.000Z', '2026-11-21T15:00:00.000Z'] } })
    expect(await (await query('default')).json()).toMatchObject({ results: [{ metrics: [0] }] })
    expect(await (await ask('/api/v1/stats/realtime/visitors?site_id=blog')).json()).toBe(1)
    expect(await (await ask('/api/v1/stats/realtime/visitors?site_id=default')).json()).toBe(0)
    expect(await (await ask('/api/drops?site_id=blog')).json()).toMatchObject({ site_id: 'blog', days: [] })
    const unknown = await query('nowhere')
    expect([unknown.status, await unknown.json()]).toEqual([400, { error: 'site_id: "nowhere" is unknown; it must be one of "default", "blog", or a host of such a site' }])
  })

  test('a running one knows of what others add, change and remove within ten seconds', async () => {
    const test_ = open()
    const send = async (): Promise<unknown> => ((test_.clock.now += 10_000), (await test_.post({ url: 'https://docs.example/', site: 'docs' })).headers.get('x-hit-dropped'))
    expect(await send()).toBe('site')
    await write('docs', noon, { hosts: ['docs.example'] })
    expect(await send()).toBeNull()
    await write('docs', noon + 1, { hosts: ['other.example'] })
    test_.clock.now += 10_000
    await test_.post({ url: 'https://other.example/' })
    expect((await hitsOf('docs')).map((hit) => hit.hostname)).toEqual(['docs.example', 'other.example'])
    await write('docs', noon + 2, { hosts: ['other.example'], removed: true })
    expect(await send()).toBe('site')
    expect(await hitsOf('docs')).toHaveLength(2)
  })

  test('its time zone is the one that it was made with, whatever comes later', async () => {
    await write('docs', noon + 1, { timezone: 'America/New_York' })
    await write('docs', noon, { timezone: 'Asia/Tokyo' })
    expect(await open().collector.sites.list()).toMatchObject([{ id: 'default' }, { id: 'blog' }, { id: 'docs', timezone: 'Asia/Tokyo' }])
  })

  test('settings count before what was added; a default site cannot be taken away', async () => {
    await write('blog', noon, { hosts: ['x.example'] })
    await write('default', noon, { removed: true })
    expect(await open().collector.sites.list()).toEqual([
      { id: 'default', timezone: 'UTC', hosts: [] },
      { id: 'blog', timezone: 'Asia/Tokyo', hosts: ['blog.example'] },
    ])
  })

  test.each(['{', '{}', '{"timezone":"Mars","hosts":[]}', '{"timezone":"UTC","hosts":7}', 'null'])('a record that says %s is no site, and no harm to the others', async (text) => {
    await values.create(siteRecordKey('odd', noon, 'a'.repeat(12)), text)
    await write('docs', noon, {})
    expect((await open().collector.sites.list()).map(({ id }) => id)).toEqual(['default', 'blog', 'docs'])
  })

  test('a storage that cannot be asked for a while is told of, and changes nothing', async () => {
    await write('docs', noon, { hosts: ['docs.example'] })
    let fails = false
    const test_ = createTestCollector({ store, values: { ...values, list: (prefix) => (fails && prefix === 'sites:' ? Promise.reject(new Error('disk')) : values.list(prefix)) } })
    await test_.post({ url: 'https://docs.example/' })
    fails = true
    test_.clock.now += 10_000
    await test_.post({ url: 'https://docs.example/' })
    expect(await hitsOf('docs')).toHaveLength(2)
    expect(test_.errors).toEqual([new Error('disk')])
  })

  test('the salts of a site that is no more die like all others', async () => {
    await write('docs', noon, { hosts: ['docs.example'] })
    const test_ = open()
    await test_.post({ id: createId(noon), url: 'https://docs.example/' })
    await write('docs', noon + 1, { removed: true })
    test_.clock.now += 4 * day
    await test_.collector.maintain()
    expect((await values.list('docs:salt:')).map((key) => key.split(':')[2])).toEqual(['2026-11-22'])
    test_.clock.now += day
    await test_.collector.maintain()
    expect(await values.list('docs:salt:')).toEqual([])
  })
})
