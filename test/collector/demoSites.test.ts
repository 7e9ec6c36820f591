import { createStore, createValues, openStorage, type Store, type Values } from '@treadlight/store'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { site } from '../../packages/collector/src/commands/site.ts'
import { resolveConfig } from '../../packages/collector/src/config.ts'
import { createDemoSites, type DemoSites } from '../../packages/collector/src/demoSite/demoSites.ts'
import { createSiteRecords, writeSiteRecord } from '../../packages/collector/src/sites/siteRecords.ts'
import { createSiteRegistry } from '../../packages/collector/src/sites/siteRegistry.ts'
import { createTestCollector, logInOwner, noon, type TestCollector } from './collector.ts'

// Some seconds of CPU in all; a machine may have much else to do.
vi.setConfig({ testTimeout: 120_000 })

const size = { days: 60, visits: 3 }
const day = 86_400_000
let values: Values
let store: Store
let test_: TestCollector
let cookie: string
let dispose: () => Promise<void>

async function open(folder?: string): Promise<void> {
  const opened = await openStorage(folder === undefined ? { driver: 'memory' } : { driver: 'fs', base: folder })
  values = createValues(opened.storage)
  // What this process writes it sees at once.
  store = await createStore({ ...opened, now: () => noon })
  test_ = createTestCollector({ values, store, demoSize: size })
  cookie = await logInOwner(test_)
  dispose = async () => {
    await store.close()
    await opened.storage.dispose()
  }
}
beforeEach(() => open())
afterEach(() => dispose())

async function ask(method: string, path: string, body?: object): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await test_.request(path, { method, headers: { cookie, 'content-type': 'application/json' }, ...(body && { body: JSON.stringify(body) }) })
  const text = await response.text()
  return { status: response.status, body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>) }
}

/** Makes one, and waits until all is there. @returns how many hits */
async function make(body: object = {}): Promise<number> {
  expect(await ask('POST', '/api/sites/demo', body)).toMatchObject({ status: 201, body: { state: 'filling', sentence: expect.stringContaining('is being filled with made-up visits') } })
  const { id = 'demo' } = body as { id?: string }
  await expect.poll(async () => (await ask('GET', `/api/sites/demo?id=${id}`)).body['state'], { timeout: 60_000 }).toBe('filled')
  return (await ask('GET', `/api/sites/demo?id=${id}`)).body['hits'] as number
}
const countOf = async (id: string): Promise<number> => {
  const { body } = await ask('POST', '/api/v2/query', { site_id: id, date_range: 'all', metrics: ['events', 'pageviews'] })
  return (body['results'] as { metrics: number[] }[])[0]!.metrics[0]!
}

describe('a made-up site', () => {
  test('is there with one request, up to today, with all that the dashboard shows, and says what it is', async () => {
    const hits = await make()
    expect(hits).toBeGreaterThan(400)
    expect((await ask('GET', '/api/sites')).body['sites']).toEqual([
      { id: 'default', timezone: 'UTC', hosts: [] },
      { id: 'demo', timezone: 'UTC', hosts: [], demo: { from: '2026-09-23', to: '2026-11-21', is_filled: true } },
    ])
    const { body } = await ask('POST', '/api/v2/query', { site_id: 'demo', date_range: ['2026-09-23', '2026-11-21'], metrics: ['pageviews'], dimensions: ['time:day'] })
    const days = (body['results'] as { dimensions: string[] }[]).map(({ dimensions }) => dimensions[0])
    expect([days.length, days[0], days.at(-1)]).toEqual([60, '2026-09-23', '2026-11-21'])
    for (const [path, list, least] of [['goals', 'goals', 4], ['funnels', 'funnels', 2], ['segments', 'segments', 3], ['annotations', 'annotations', 3]] as const)
      expect((((await ask('GET', `/api/${path}?site_id=demo`)).body[list] as unknown[]) ?? []).length, path).toBeGreaterThanOrEqual(least)
    const vitals = (await ask('POST', '/api/vitals', { site_id: 'demo', date_range: 'all' })).body
    expect(JSON.stringify(vitals)).toContain('LCP')
    const { body: users } = await ask('POST', '/api/v2/query', { site_id: 'demo', date_range: 'all', metrics: ['total_revenue', 'visitors'], dimensions: ['event:goal'] })
    expect(JSON.stringify(users)).toContain('Purchase')
  })

  test('takes no hits: neither those that name it nor those of its hosts, and has no effect on other sites', async () => {
    await make()
    const before = await countOf('demo')
    expect((await test_.post({ url: 'https://larkfield.example/', site: 'demo' })).headers.get('x-hit-dropped')).toBe('site')
    expect((await test_.post({ url: 'https://larkfield.example/' })).status).toBe(201)
    expect(await countOf('demo')).toBe(before)
    expect(await test_.stored()).toHaveLength(1)
    expect(await ask('PUT', '/api/sites', { id: 'demo', hosts: ['x.example'] })).toEqual({ status: 400, body: { error: 'id: site demo is made up and takes no hits: add another one for your own' } })
    expect(await ask('POST', '/api/sites/hosts', { site_id: 'demo', host: 'x.example' })).toMatchObject({ status: 400 })
  })

  test('is left alone by retention, which goes on elsewhere', async () => {
    await make()
    const before = await countOf('demo')
    await store.append([{ ...(await firstHit('demo')), site: 'default' }])
    expect(await countOf('default')).toBe(1)
    expect(await test_.collector.prune({ anonymous: day, authenticated: day })).toMatchObject({ anonymous: 1 })
    expect([await countOf('demo'), await countOf('default')]).toEqual([before, 0])
  })

  test('goes with all that belongs to it after it was said what that is; nothing is left in the storage', async () => {
    const clean = await values.list('')
    await make()
    await ask('POST', '/api/shares', { site_id: 'demo', name: 'for a friend' })
    const [dry, done] = [await ask('DELETE', '/api/sites?id=demo&dry_run=1'), await ask('DELETE', '/api/sites?id=demo')]
    const what = /^Site demo with its [\d,]+ made-up hits, 4 goals, 2 funnels, 3 segments, 5 annotations and 1 share link /
    expect([dry.body['sentence'], done.body['sentence']]).toEqual([expect.stringMatching(what), expect.stringMatching(what)])
    expect(dry.body['sentence']).toContain('would be deleted')
    expect((await values.list('')).filter((key) => !clean.includes(key))).toEqual([])
    expect((await ask('GET', '/api/sites')).body['sites']).toHaveLength(1)
    expect((await ask('GET', '/api/sites/demo')).body).toEqual({ id: 'demo', state: 'none' })
    // And once more, with the same ids.
    expect(await make()).toBe(await countOfHits('demo'))
  })

  test('is brought up to today by the same request, and what its owner has changed stays', async () => {
    const before = await make()
    await ask('DELETE', `/api/goals?site_id=demo&name=${encodeURIComponent('Add to cart')}`)
    test_.clock.now += 3 * day
    cookie = await logInOwner(test_)
    expect(await make()).toBeGreaterThan(before)
    expect((await ask('GET', '/api/sites/demo')).body).toMatchObject({ from: '2026-09-23', to: '2026-11-24', hits: await countOfHits('demo') })
    expect((await ask('GET', '/api/funnels?site_id=demo')).body['funnels']).toHaveLength(2)
  })

  test.each([
    ['a site of that name', async () => ask('POST', '/api/sites', { id: 'demo', hosts: ['demo.example'] }), /^id: there is a site demo with hits of its own/],
    ['one that was removed', async () => (await ask('POST', '/api/sites', { id: 'demo', hosts: ['demo.example'] }), ask('DELETE', '/api/sites?id=demo')), /^id: there was a site demo with hits of its own/],
    ['hits of that name', async () => (await test_.post({ url: 'https://a.example/' }), store.append([{ ...(await firstHit('default')), site: 'demo' }])), /^id: there are hits of a site demo, which are real/],
  ])('refuses where there is %s', async (_, prepare, why) => {
    await prepare()
    const keys = await values.list('')
    expect(await ask('POST', '/api/sites/demo', {})).toEqual({ status: 400, body: { error: expect.stringMatching(why) } })
    expect(await values.list('')).toEqual(keys)
    await make({ id: 'showcase' })
  })

  test.each([
    [{ id: 'default' }, /^id: there is a site default/],
    [{ id: '../x' }, /^id: "\.\.\/x" is no id/],
    [{ timezone: 'Mars' }, /^timezone: "Mars" must be an IANA/],
    [{ days: 7 }, /^body: "days" is unknown/],
  ])('%j: %s', async (body, why) => {
    expect(await ask('POST', '/api/sites/demo', body)).toEqual({ status: 400, body: { error: expect.stringMatching(why) } })
  })

  test('a store that cannot delete a site refuses', async () => {
    test_ = createTestCollector()
    cookie = await logInOwner(test_)
    expect((await ask('POST', '/api/sites/demo', {})).body['error']).toContain('this store cannot delete a site as a whole')
  })

  test('a removal that was killed is finished by upkeep, and a filling by the same request', async () => {
    await make()
    const record = (await createSiteRecords(values).load())[0]!
    await writeSiteRecord(values, { ...record, removed: true }, noon)
    await test_.collector.maintain()
    expect((await values.list('')).filter((key) => /demo/.test(key))).toEqual([])

    const { demoSites } = otherProcess()
    await demoSites.begin({})
    await demoSites.stop('demo')
    expect((await ask('GET', '/api/sites/demo')).body['state']).toBe('filling')
    const hits = await make()
    expect(hits).toBe(await countOfHits('demo'))
  })
})

test('treadlight site lists it, says what goes with it, and removes it', async () => {
  await dispose()
  const folder = await mkdtemp(join(tmpdir(), 'treadlight-demo-'))
  try {
    await open(folder)
    // As a filling leaves it: to make one on a disk takes longer than all else here.
    const demo = { base: '2026-11-21', from: '2026-09-23', to: '2026-11-21', hits: 1 }
    await writeSiteRecord(values, { id: 'demo', timezone: 'UTC', hosts: [], removed: false, demo }, noon)
    await test_.post({ url: 'https://a.example/' })
    await store.append([{ ...(await firstHit('default')), site: 'demo' }])
    await store.close()
    expect(await call(folder, ['list'])).toContain('made up, from 2026-09-23 to 2026-11-21; takes no hits')
    expect(await call(folder, ['remove', 'demo'], { 'dry-run': true })).toMatch(/^Site demo with its .* would be deleted/)
    expect(await call(folder, ['remove', 'demo'])).toMatch(/Nothing of it is left\.$/)
    expect((await values.list('')).filter((key) => /demo/.test(key))).toEqual([])
    await expect(call(folder, ['remove', 'demo'])).rejects.toThrow('there is no site demo')
    await expect(call(folder, ['add', 'demo'], { demo: true, host: 'x.example' })).rejects.toThrow('--demo and --host')
    await expect(call(folder, ['list'], { demo: true })).rejects.toThrow('--demo: is for site add')
    await expect(call(folder, ['add', 'default'], { demo: true })).rejects.toThrow('there is a site default with hits of its own')
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})

async function call(folder: string, positionals: string[], given: Record<string, string | boolean> = {}): Promise<string> {
  const log = vi.spyOn(console, 'log').mockReturnValue()
  try {
    const { config, settings } = await resolveConfig({ env: { TREADLIGHT_TIMEZONE: 'UTC', TREADLIGHT_STORAGE_BASE: folder }, folder })
    expect(await site.run({ config, settings, positionals, values: given })).toBe(0)
    return log.mock.calls.map(([line]) => String(line)).join('\n')
  } finally {
    log.mockRestore()
  }
}

function otherProcess(): { demoSites: DemoSites } {
  const registry = createSiteRegistry({ values, defaultSite: { id: 'default', timezone: 'UTC' }, defaultHosts: [], configured: [], now: () => noon })
  return { demoSites: createDemoSites({ store, values, registry, timezone: 'UTC', now: () => noon, size }) }
}

async function firstHit(id: string) {
  for await (const hit of store.hits({ site: id, order: 'oldest', limit: 1 })) return hit
  throw new Error(`site ${id} has no hit`)
}

async function countOfHits(id: string): Promise<number> {
  let count = 0
  for await (const _ of store.hits({ site: id })) count++
  return count
}
