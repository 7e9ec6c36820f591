import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fillFolder, hitOf, runCli } from '../../collector/runCli.ts'
import { freePort, startCollector, type CollectorProcess } from '../../process/collectorProcess.ts'
import { startChdbServer, type ChdbServer } from './chdbServer.ts'
import { chdbModules, freshDatabase, openChdb } from './openChdb.ts'

describe.skipIf(chdbModules === undefined)('collectors on ClickHouse’s engine', { timeout: 120_000 }, () => {
  let server: ChdbServer
  let folder: string
  let env: Record<string, string>
  const running: CollectorProcess[] = []

  beforeAll(async () => {
    server = await startChdbServer()
    folder = await mkdtemp(join(tmpdir(), 'treadlight-clickhouse-'))
    env = { TREADLIGHT_STORE_TYPE: 'clickhouse', TREADLIGHT_STORE_URL: server.url, TREADLIGHT_STORE_DATABASE: freshDatabase(), TREADLIGHT_USER_SECRETS: '' }
  })
  afterAll(async () => {
    await Promise.all(running.map((collector) => collector.stop()))
    await server.close()
    await rm(folder, { recursive: true })
  })

  const start = async (): Promise<CollectorProcess> => {
    const collector = await startCollector({ data: join(folder, 'data'), env })
    running.push(collector)
    return collector
  }
  const run = (args: string[], more: Record<string, string> = {}) => runCli(folder, args, { TREADLIGHT_TIMEZONE: 'UTC', ...env, ...more })
  const post = (url: string, path: string) => fetch(`${url}/hit`, { method: 'POST', body: JSON.stringify({ url: `https://a.example${path}`, title: path }) })
  const exported = async () => {
    const { out, err, code } = await run(['export'])
    expect({ err: err.replaceAll(/.*\r/g, ''), code }).toMatchObject({ code: 0 })
    return out.split('\n').filter(Boolean).map((line) => JSON.parse(line) as { id: string; path: string; visitor: string })
  }

  test('hits of two collectors are there after a restart, in answers, exports and the words of the doctor', async () => {
    const [first, second] = [await start(), await start()]
    expect(first.output()).toContain('a hit answered 201 is on the disk of the ClickHouse server (acknowledged)')
    for (const [collector, path] of [[first, '/a'], [second, '/b'], [first, '/c']] as const) expect((await post(collector.url, path)).status).toBe(201)
    expect((await exported()).map(({ path }) => path).toSorted()).toEqual(['/a', '/b', '/c'])
    // kill -9: what was answered is in the database.
    await first.stop('SIGKILL')
    await second.stop()
    running.length = 0
    const again = await start()
    const login = await fetch(`${again.url}/api/login`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ name: 'admin', password: first.password }) })
    const cookie = login.headers.get('set-cookie')?.split(';')[0] ?? ''
    const question = { site_id: 'default', metrics: ['pageviews', 'visitors'], date_range: 'day' }
    const answer = await fetch(`${again.url}/api/v2/query`, { method: 'POST', headers: { 'content-type': 'application/json', cookie, origin: again.url }, body: JSON.stringify(question) })
    expect(await answer.json()).toMatchObject({ results: [{ metrics: [3, 1] }] })
    const health = (await (await fetch(`${again.url}/api/health`)).json()) as object
    expect(health).toMatchObject({ durability: 'acknowledged' })
    const doctor = await run(['doctor', '--json'])
    expect(JSON.parse(doctor.out)).toMatchObject({ ok: true, durability: 'acknowledged', sites: [{ site: 'default', hits: 3 }] })
  })

  test('PV22 prune and erase delete from the tables', async () => {
    const [hit] = await exported()
    const client = openChdb()
    const count = async () => (await (await client.query({ query: `SELECT count() AS facts FROM ${env['TREADLIGHT_STORE_DATABASE']}.facts`, format: 'JSONEachRow' })).json())[0]
    expect(await count()).toEqual({ facts: 3 })
    expect((await run(['prune', '--newest', '2', '--json'])).code).toBe(0)
    expect(await count()).toEqual({ facts: 2 })
    const erased = await run(['erase', '--visitor', hit!.visitor, '--json'])
    expect(JSON.parse(erased.out)).toMatchObject({ erased: 2, pageviews: 2 })
    expect(await count()).toEqual({ facts: 0 })
  })

  test('treadlight migrate moves a folder into a database and back, and takes nothing twice', async () => {
    await fillFolder(join(folder, 'old'), [hitOf(3), hitOf(4, { user: 'ada' }), hitOf(5)])
    const place = `clickhouse:${server.url.replace('http:', '')}/${freshDatabase()}+fs:./old`
    const move = async (from: string, to: string) => JSON.parse((await runCli(folder, ['migrate', '--from', from, '--to', to, '--json'], { TREADLIGHT_TIMEZONE: 'UTC' })).out) as object
    expect(await move('fs:./old', place)).toMatchObject({ hits: { copied: 3 }, verified: { same: true } })
    expect(await move('fs:./old', place)).toMatchObject({ hits: { copied: 0 }, verified: { same: true } })
    expect(await move(place, 'fs:./back')).toMatchObject({ hits: { copied: 3 }, verified: { same: true } })
    const hitsOf = async (data: string) => (await runCli(folder, ['export', '--data', data], { TREADLIGHT_TIMEZONE: 'UTC' })).out.split('\n').filter(Boolean).map((line) => JSON.parse(line) as object)
    const hits = await hitsOf('old')
    expect(hits).toHaveLength(3)
    expect(await hitsOf('back')).toEqual(hits)
  })

  test('a database that is not there, and a server that is away, are named with the remedy', async () => {
    const mistyped = await run(['export'], { TREADLIGHT_STORE_DATABASE: 'mistyped' })
    expect(mistyped).toMatchObject({ code: 1, err: expect.stringContaining('store: database `mistyped` has no tables of treadlight: start the collector on it first') as string })
    const port = await freePort()
    const away = await run(['export'], { TREADLIGHT_STORE_URL: `http://127.0.0.1:${port}`, TREADLIGHT_STORE_PASSWORD: 'hunter2' })
    expect(away).toMatchObject({ code: 1, err: expect.stringContaining(`store: nobody answers at http://127.0.0.1:${port} (ECONNREFUSED): start the server, or check store.url`) as string })
    expect(away.err).not.toContain('hunter2')
  })
})
