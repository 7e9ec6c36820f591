import { createValues, type Values } from '@treadlight/store'
import { createStorage } from 'unstorage'
import { beforeEach, describe, expect, test } from 'vitest'
import { createSiteRules } from '../../packages/collector/src/enrich/rules.ts'
import { createAdditions, createAdditionsOf } from '../../packages/collector/src/sites/additions.ts'
import { createTestCollector, logInOwner, noon, type TestCollector } from './collector.ts'

let values: Values
let test_: TestCollector
let cookie: string
const settings = { hosts: ['shop.example'], exclude: { paths: ['/intern'], addresses: ['198.51.100.0/24'] } }
const sites = [{ id: 'docs', timezone: 'UTC', hosts: ['docs.example'] }]

beforeEach(async () => {
  values = createValues(createStorage())
  test_ = createTestCollector({ values, settings, sites })
  cookie = await logInOwner(test_)
})

async function ask(method: string, path: string, body?: object): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await test_.request(path, { method, headers: { cookie, 'content-type': 'application/json' }, ...(body && { body: JSON.stringify(body) }) })
  const text = await response.text()
  return { status: response.status, body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>) }
}
const outcome = async (url: string, of = test_): Promise<string | null> => (await of.post({ url })).headers.get('x-hit-dropped')

describe('allowed hosts', () => {
  test('a host that is allowed takes its hits from the next one on; one less, and they are dropped again', async () => {
    expect(await outcome('https://new.example/')).toBe('host')
    expect((await ask('POST', '/api/sites/hosts', { site_id: 'default', host: 'New.example' })).body['sentence']).toBe(
      'Site default takes hits of shop.example, new.example now. Running collectors know of it within 10 s.',
    )
    expect(await outcome('https://new.example/')).toBeNull()
    expect(await outcome('https://www.new.example/')).toBeNull()
    expect(await outcome('https://other.example/')).toBe('host')
    const { body } = await ask('DELETE', '/api/sites/hosts?site_id=default&host=new.example')
    expect(body['allowed']).toEqual([{ host: 'shop.example', from: 'settings' }])
    expect(await outcome('https://new.example/')).toBe('host')
  })

  test('of the settings’ sites too, and the list says which come from where', async () => {
    await ask('POST', '/api/sites/hosts', { site_id: 'docs', host: 'help.example' })
    await test_.post({ url: 'https://help.example/' })
    expect(await count('docs')).toBe(1)
    expect((await ask('GET', '/api/sites/hosts')).body).toEqual({
      sites: [
        { id: 'default', timezone: 'UTC', hosts: [], from: 'the default site', allowed: [{ host: 'shop.example', from: 'settings' }] },
        { id: 'docs', timezone: 'UTC', hosts: ['docs.example', 'help.example'], from: 'settings', allowed: [{ host: 'docs.example', from: 'settings' }, { host: 'help.example', from: 'added' }] },
      ],
    })
    expect(await ask('DELETE', '/api/sites/hosts?site_id=docs&host=docs.example')).toEqual({ status: 400, body: { error: 'hosts: docs.example is one of the settings: change it there' } })
  })

  test('other running collectors know of it within ten seconds', async () => {
    const other = createTestCollector({ values, settings, sites })
    expect(await outcome('https://new.example/', other)).toBe('host')
    await ask('POST', '/api/sites/hosts', { site_id: 'default', host: 'new.example' })
    other.clock.now += 10_001
    expect(await outcome('https://new.example/', other)).toBeNull()
  })

  test.each([
    [{ site_id: 'default', host: 'docs.example' }, 'hosts: site default: docs.example is a host of site docs already'],
    [{ site_id: 'docs', host: 'www.shop.example' }, 'hosts: site docs: www.shop.example is shop.example, with and without www., and that is a host of site default already'],
    [{ site_id: 'default', host: 'https://x.example' }, 'hosts: "https://x.example" must be a host such as blog.example or *.blog.example'],
    [{ site_id: 'default' }, 'hosts: a site needs at least one, by which its hits are known'],
    [{ site_id: 'nowhere', host: 'x.example' }, 'id: there is no site nowhere; there are default, docs'],
    [{ host: 'x.example' }, 'id: nothing is no id of a site: 1 to 64 of a-z, 0-9, _ and -'],
  ])('%j: %s', async (body, error) => {
    expect(await ask('POST', '/api/sites/hosts', body)).toEqual({ status: 400, body: { error } })
    expect(await values.list('addition:')).toEqual([])
  })
})

describe('sites', () => {
  test('one is added, gets other hosts, and is removed after it was said what that does', async () => {
    expect((await ask('POST', '/api/sites', { id: 'blog', hosts: ['blog.example'], timezone: 'Asia/Tokyo' })).status).toBe(201)
    await test_.post({ url: 'https://blog.example/' })
    expect(await count('blog')).toBe(1)
    expect((await ask('PUT', '/api/sites', { id: 'blog', hosts: ['b.example'] })).body).toMatchObject({ timezone: 'Asia/Tokyo', hosts: ['b.example'] })
    await ask('POST', '/api/sites/hosts', { site_id: 'blog', host: 'c.example' })
    expect((await ask('DELETE', '/api/sites?id=blog&dry_run=1')).body).toMatchObject({ dry_run: true, sentence: expect.stringContaining('b.example, c.example') })
    await test_.post({ url: 'https://c.example/' })
    expect(await count('blog')).toBe(2)
    expect((await ask('DELETE', '/api/sites?id=blog')).body).toMatchObject({ dry_run: false, sentence: expect.stringContaining('Site blog is removed') })
    expect((await test_.post({ url: 'https://c.example/', site: 'blog' })).headers.get('x-hit-dropped')).toBe('site')
    expect((await ask('POST', '/api/sites', { id: 'blog', hosts: ['b.example'], timezone: 'UTC' })).body).toEqual({ error: 'timezone: site blog has Asia/Tokyo for ever, since each of its hits is of a day in it; use another id' })
  })

  test.each([
    ['PUT', '/api/sites', { id: 'docs', hosts: ['x.example'] }, 'id: site docs is one of the settings: change sites there'],
    ['DELETE', '/api/sites?id=default', undefined, 'id: site default is the default site: change the settings site and timezone'],
    ['DELETE', '/api/sites?id=docs&dry_run=yes', undefined, 'dry_run: must be 1 or 0'],
    ['POST', '/api/sites', { id: '../x', hosts: ['x.example'] }, 'id: "../x" is no id of a site: 1 to 64 of a-z, 0-9, _ and -'],
    ['POST', '/api/sites', { id: 'x', hosts: 7 }, 'hosts: a site needs at least one, by which its hits are known'],
  ])('%s %s %j: %s', async (method, path, body, error) => {
    expect(await ask(method, path, body)).toEqual({ status: 400, body: { error } })
  })
})

describe('exclusions', () => {
  test('a path and an address are excluded at once, beside those of the settings, and counted again once that is undone', async () => {
    expect(await outcome('https://shop.example/admin/users')).toBeNull()
    const { status, body } = await ask('POST', '/api/exclusions', { path: 'admin/' })
    expect([status, body['value'], body['sentence']]).toEqual([201, '/admin', 'Hits of site default of /admin and what is below it are not stored any more; what is stored stays. Running collectors know of it within 10 s.'])
    expect(await outcome('https://shop.example/admin/users')).toBe('path')
    expect(await outcome('https://shop.example/administration')).toBeNull()
    expect(await outcome('https://shop.example/intern')).toBe('path')
    await test_.post({ url: 'https://docs.example/admin' })
    expect(await count('docs')).toBe(1)
    expect((await ask('GET', '/api/exclusions')).body).toMatchObject({
      exclusions: [{ kind: 'path', value: '/intern', from: 'settings' }, { kind: 'address', value: '198.51.100.0/24', from: 'settings' }, { kind: 'path', value: '/admin', from: 'added', id: body['id'] }],
    })
    expect((await ask('DELETE', `/api/exclusions?id=${String(body['id'])}`)).status).toBe(204)
    expect(await outcome('https://shop.example/admin/users')).toBeNull()
  })

  test.each([
    [{}, 'path: give either path, such as /admin, or address, such as 203.0.113.7'],
    [{ path: '/a', address: '::1' }, 'path: give either path, such as /admin, or address, such as 203.0.113.7'],
    [{ path: '/' }, 'path: "/" must be a path such as /admin, which excludes what is below it as well, without a host and without *'],
    [{ address: '10' }, 'address: "10" must be an address such as 203.0.113.7 or 2001:db8::7, or a range such as 10.0.0.0/8'],
    [{ address: 7 }, 'address: must be an address such as 203.0.113.7 or 2001:db8::7, or a range such as 10.0.0.0/8'],
    [{ path: '/intern/' }, 'path: /intern is excluded already, by the settings'],
  ])('%j: %s', async (body, error) => {
    expect(await ask('POST', '/api/exclusions', body)).toEqual({ status: 400, body: { error } })
  })

  test('what is damaged adds nothing', async () => {
    for (const [index, text] of ['{', '{}', '{"kind":"path"}', '{"kind":"moon","value":"x"}', '{"kind":"path","value":"/"}'].entries())
      await values.create(`addition:default.${String(index).padStart(12, '0')}.${'0'.repeat(12)}-${'a'.repeat(12)}`, text)
    expect(await createAdditions(values, () => noon).list('default')).toEqual([])
    expect(await outcome('https://shop.example/')).toBeNull()
  })
})

test('what is compiled of additions is compiled once, and anew with distinct values that go on', async () => {
  const additions = createAdditions(values, () => noon)
  const additionsOf = createAdditionsOf(additions)
  const rules = createSiteRules('default', { settings: { limits: { distinct: 1 } } })
  await additions.add('default', { kind: 'path', value: '/a' })
  const added = (await additionsOf.read('default'))!
  expect(await additionsOf.read('default')).toBe(added)
  const before = rules.of({ id: 'default', added })
  expect(rules.of({ id: 'default', added })).toBe(before)
  await additions.add('default', { kind: 'address', value: '192.0.2.7' })
  const after = rules.of({ id: 'default', added: (await additionsOf.read('default'))! })
  expect([after.isExcludedAddress('192.0.2.7'), before.isExcludedAddress('192.0.2.7')]).toEqual([true, false])
  expect(after.distinct).toBe(before.distinct)
  expect(rules.distinctOf('default')).toBe(before.distinct)
})

async function count(site: string): Promise<number> {
  let hits = 0
  for await (const _ of test_.store.hits({ site })) hits++
  return hits
}
