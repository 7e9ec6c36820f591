import { createId } from '@treadlight/protocol'
import { createValues } from '@treadlight/store'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { createStorage } from 'unstorage'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Command } from '../../packages/collector/src/commands/command.ts'
import { site } from '../../packages/collector/src/commands/site.ts'
import { token } from '../../packages/collector/src/commands/token.ts'
import { resolveConfig } from '../../packages/collector/src/config.ts'
import { checkOwners } from '../../packages/collector/src/ownerChecks.ts'
import { writeSiteRecord } from '../../packages/collector/src/sites/siteRecords.ts'
import { startCollector } from '../process/collectorProcess.ts'
import { runCli, startCli, type CliResult } from './runCli.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'treadlight-owner-'))
  await mkdir(join(folder, 'data'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))
const run = (args: string[], env?: Record<string, string>): Promise<CliResult> => runCli(folder, args, { TREADLIGHT_TIMEZONE: 'UTC', ...env })

describe('beside a running collector', () => {
  test('a token opens what it is for, and a site takes its hits, within ten seconds; doctor tells of both', async () => {
    const collector = await startCollector({ data: join(folder, 'data') })
    try {
      const made = await run(['token', 'create', '--name', 'grafana', '--scope', 'metrics', '--scope', 'stats', '--json'])
      const { token: key, id } = JSON.parse(made.out) as { token: string; id: string }
      const added = await run(['site', 'add', 'blog', '--host', 'blog.example', '--host', '*.blog.example', '--timezone', 'Asia/Tokyo'])
      expect(added).toMatchObject({ code: 0, out: 'Site blog is added: hits from blog.example, *.blog.example are counted for it, by days in Asia/Tokyo. Running collectors know of it within 10 s.\n' })
      const ask = async (path: string): Promise<Response> => fetch(collector.url + path, { headers: { authorization: `Bearer ${key}` } })
      await until(async () => ((await (await ask('/api/sites')).json()) as { sites: unknown[] }).sites.length === 2)
      for (const url of ['https://blog.example/', 'https://a.blog.example/']) await fetch(`${collector.url}/hit`, { method: 'POST', body: JSON.stringify({ id: createId(Date.now()), url }) })
      await fetch(`${collector.url}/hit`, { method: 'POST', body: '{"url":"https://blog.example/","site":"nowhere"}' })
      expect(await (await ask('/metrics')).text()).toContain('treadlight_hits_total{outcome="stored"} 2\n')
      expect((await ask('/api/drops')).status).toBe(403)

      // Its counts are written as it stops.
      expect(await collector.stop()).toBe(0)
      const { code, out } = await run(['doctor', '--deep'])
      expect(code).toBe(0)
      expect(out).toContain('sites: 2 sites: default (UTC); blog (blog.example, *.blog.example, Asia/Tokyo)')
      expect(out).toContain(`tokens: 1: grafana (${id}, stats, metrics)`)
      expect(out).toContain('dropped: site default today: 1 site')
      expect(out).not.toContain('not ours')

      expect(JSON.parse(await call(site, ['remove', 'blog'], { 'dry-run': true, json: true }))).toMatchObject({ id: 'blog', dry_run: true, hits_about: expect.any(Number), sentence: expect.stringContaining('Nothing would be counted for site blog any more') })
      await expect(call(site, ['list'], { 'dry-run': true })).rejects.toThrow('--dry-run: is for site remove')
      expect(await call(site, ['remove', 'blog'])).toContain('Its hits stay until they are erased or pruned')
      expect((await run(['export', '--site', 'blog'])).out.trim().split('\n')).toHaveLength(2)
    } finally {
      collector.child.kill('SIGKILL')
    }
  }, 120_000)

  test('log: json is one object a line on standard error; the first password is alone on standard output', async () => {
    const child = startCli(folder, ['serve', '--port', '0'], { TREADLIGHT_LOG: 'json' })
    await until(async () => child.err().includes('"listening"'))
    expect(await child.stop()).toBe(0)
    const events = child.err().trim().split('\n').map((line) => JSON.parse(line) as { level: string; message: string })
    expect(events.map(({ level, message }) => `${level} ${message}`)).toEqual(['info listening', 'info stopping', 'info stopped'])
    const [, password] = /password is\s+(\S+)/.exec(child.out())!
    expect(child.out().trim().split('\n')).toHaveLength(2)
    expect(child.err()).not.toContain(password)
  })

  test('log: json also says as JSON why it could not start', async () => {
    const { code, out, err } = await run(['serve', '--host', '203.0.113.7', '--port', '0'], { TREADLIGHT_LOG: 'json' })
    expect([code, out]).toEqual([1, ''])
    expect(JSON.parse(err)).toMatchObject({ level: 'error', message: expect.stringContaining('203.0.113.7') })
  })

  test.each<[string, Record<string, string>, string]>([
    ['{"prot":1,"log":"json"}', {}, 'treadlight.config.json: there is no setting prot; did you mean port?'],
    ['{}', { TREADLIGHT_LOG: 'json', TREADLIGHT_PROT: '1' }, 'environment variable TREADLIGHT_PROT'],
    ['{', { TREADLIGHT_LOG: 'json' }, 'treadlight.config.json: cannot be read'],
  ])('and what is wrong with the settings: %s %j', async (text, env, message) => {
    await writeFile(join(folder, 'treadlight.config.json'), text)
    const { code, out, err } = await run(['serve'], env)
    expect([code, out]).toEqual([1, ''])
    expect(JSON.parse(err)).toMatchObject({ level: 'error', message: expect.stringContaining(message) })
  })
})

/** In this process: starting another takes a second. */
async function call(command: Command, args: string[], values: Record<string, string | boolean> = {}): Promise<string> {
  const printed = vi.spyOn(console, 'log').mockImplementation(() => undefined)
  try {
    const resolved = await resolveConfig({ folder, env: { TREADLIGHT_TIMEZONE: 'UTC', TREADLIGHT_STORAGE_BASE: join(folder, 'data') } })
    await command.run({ ...resolved, values, positionals: args })
    return printed.mock.calls.join('\n')
  } finally {
    printed.mockRestore()
  }
}

describe('site', () => {
  test('what is there is listed, changed, and never gets another time zone', async () => {
    await writeFile(join(folder, 'treadlight.config.json'), '{"hosts":["shop.example"],"sites":{"docs":{"hosts":["docs.example"]}}}')
    await call(site, ['add', 'blog'], { host: 'blog.example', timezone: 'Asia/Tokyo' })
    await call(site, ['hosts', 'blog'], { host: 'b.example,b.example' })
    expect(JSON.parse(await call(site, ['list'], { json: true }))).toEqual({
      sites: [
        { id: 'default', timezone: 'UTC', hosts: [], from: 'the default site', allowed: [{ host: 'shop.example', from: 'settings' }] },
        { id: 'docs', timezone: 'UTC', hosts: ['docs.example'], from: 'settings', allowed: [{ host: 'docs.example', from: 'settings' }] },
        { id: 'blog', timezone: 'Asia/Tokyo', hosts: ['b.example'], from: 'added', allowed: [{ host: 'b.example', from: 'added' }] },
      ],
    })
    const refused: [string[], Record<string, string>, RegExp][] = [
      [['add', 'blog'], { host: 'x.example' }, /there is a site blog already/],
      [['add', 'news'], { host: 'b.example' }, /site news: b\.example is a host of site blog already/],
      [['add', 'news'], { host: 'www.b.example' }, /site news: www\.b\.example is b\.example, with and without www\., and that is a host of site blog already/],
      [['add', 'news'], { host: 'shop.example' }, /site news: shop\.example is a host of site default already/],
      [['hosts', 'blog'], { host: 'www.docs.example' }, /site blog: .* is a host of site docs already/],
      [['add', 'news'], { host: 'http://x' }, /--host "http:\/\/x" must be a host/],
      [['add', 'news'], {}, /a site needs at least one/],
      [['add', 'news'], { host: 'x.example', timezone: 'Mars' }, /must be an IANA time zone/],
      [['add', '../x'], { host: 'x.example' }, /no id of a site/],
      [['add', 'default'], { host: 'x.example' }, /is the default site/],
      [['remove', 'docs'], {}, /one of the settings/],
      [['remove', 'news'], {}, /there is no site news; there are default, docs, blog/],
      [['hosts', 'blog'], { host: 'x.example', timezone: 'UTC' }, /site blog has Asia\/Tokyo for ever/],
      [['add'], {}, /site takes one of/],
      [['lst'], {}, /site takes one of/],
    ]
    for (const [args, values, message] of refused) await expect(call(site, args, values)).rejects.toThrow(message)
    await call(site, ['remove', 'blog'])
    await expect(call(site, ['add', 'blog'], { host: 'x.example', timezone: 'UTC' })).rejects.toThrow(/has Asia\/Tokyo for ever/)
    expect(JSON.parse(await call(site, ['add', 'blog'], { host: 'x.example', json: true }))).toEqual({ id: 'blog', timezone: 'Asia/Tokyo', hosts: ['x.example'], removed: false })
  })
})

test.each([
  [['www.shop.example'], 'site blog: www.shop.example is shop.example, with and without www., and that is a host of site default already, and the setting hosts does not apply to it'],
  [['docs.example'], 'site blog: docs.example is a host of site docs already, and the first takes its hits'],
  [['*.shop.example'], undefined],
])('doctor warns where settings and `treadlight site` together give a host to two sites: %j', async (hosts, said) => {
  const storage = createStorage()
  await writeSiteRecord(createValues(storage), { id: 'blog', timezone: 'UTC', hosts, removed: false }, 1)
  await writeFile(join(folder, 'treadlight.config.json'), '{"hosts":["shop.example"],"sites":{"docs":{"hosts":["docs.example"]}}}')
  const { config } = await resolveConfig({ folder, env: { TREADLIGHT_TIMEZONE: 'UTC' } })
  for await (const check of checkOwners(config, { storage }, 1)) {
    if (check.name !== 'sites') continue
    if (said === undefined) expect(check.ok).toBe(true)
    else expect(check).toMatchObject({ ok: 'warning', detail: expect.stringContaining(said) })
    return
  }
  expect.unreachable()
})

test.each([
  [{ dialects: ['umami'], aliases: { 7: 'default' } }, { ok: true, detail: 'umami; 7 is default' }],
  [{ dialects: 'none' }, { ok: true, detail: 'none' }],
  [{ dialects: ['umami'], aliases: { 7: 'defualt' } }, { ok: 'warning', detail: 'umami; 7 is defualt; there is no site defualt, so the URL of a hit of 7 says whose it is', remedy: 'did you mean default?' }],
])('doctor says whose protocols are spoken, and warns of aliases of sites that there are not: %j', async (settings, said) => {
  await writeFile(join(folder, 'treadlight.config.json'), JSON.stringify(settings))
  const { config } = await resolveConfig({ folder, env: { TREADLIGHT_TIMEZONE: 'UTC' } })
  const checks: unknown[] = []
  for await (const check of checkOwners(config, { storage: createStorage() }, 1)) checks.push(check)
  expect(checks).toContainEqual({ name: 'dialects', ...said })
})

describe('token', () => {
  test.each([
    [[], {}, /token takes one of/],
    [['create'], { scope: 'stats' }, /--name/],
    [['create'], { name: 'x' }, /--scope: a token needs at least one of stats, metrics, tasks, hits/],
    [['create'], { name: 'x', scope: 'stats,root' }, /"root" must be one of/],
    [['create'], { name: 'a\u001B[31m', scope: 'stats' }, /printable/],
    [['revoke', '0123456789ab'], {}, /there is no token 0123456789ab/],
    [['revoke'], {}, /token takes one of/],
  ])('%j %j is refused', async (args, values, message) => {
    await expect(call(token, args, values as Record<string, string>)).rejects.toThrow(message)
  })

  test('is made, listed without itself, and revoked', async () => {
    const made = JSON.parse(await call(token, ['create'], { name: 'ci', scope: 'tasks, stats', json: true })) as { id: string; token: string }
    expect((await call(token, ['list'])).split(/ {2,}/)).toEqual([made.id, new Date().toISOString().slice(0, 10), 'stats,tasks', 'ci'])
    expect(await call(token, ['revoke', made.id], { json: true })).toBe(JSON.stringify({ revoked: made.id }))
    expect(await call(token, ['list'], { json: true })).toBe('{"tokens":[]}')
  })
})

describe('config', () => {
  test('says the defaults of the storage too', async () => {
    const { settings } = JSON.parse((await run(['config', '--json'])).out) as { settings: Record<string, unknown> }
    expect(settings).toMatchObject({
      'storage.base': { value: './data', from: 'default' },
      'storage.sync': { value: true, from: 'default' },
    })
    const unsynced = JSON.parse((await run(['config', '--json'], { TREADLIGHT_STORAGE_SYNC: 'false' })).out) as { settings: Record<string, unknown> }
    expect(unsynced.settings['storage.sync']).toEqual({ value: false, from: 'environment variable TREADLIGHT_STORAGE_SYNC' })
  })

  test('says what is set and where, and no secret', async () => {
    await writeFile(join(folder, 'treadlight.config.json'), '{"retention":{"anonymous":7},"storage":{"driver":"redis","url":"redis://me:hunter2@db.example/0","password":"hunter3"}}')
    const env = { PORT: '5', TREADLIGHT_TRUST_PROXIES: 'loopback,10.0.0.1' }
    const { settings } = JSON.parse((await run(['config', '--json', '--host', '0.0.0.0'], env)).out) as { settings: Record<string, unknown> }
    expect(settings).toMatchObject({
      host: { value: '0.0.0.0', from: 'flag' },
      port: { value: 5, from: 'environment variable PORT' },
      trustProxies: { value: ['loopback', '10.0.0.1'], from: 'environment variable TREADLIGHT_TRUST_PROXIES' },
      'retention.anonymous': { value: 7, from: 'treadlight.config.json' },
      'retention.authenticated': { value: 365, from: 'default' },
      'storage.driver': { value: 'redis', from: 'treadlight.config.json' },
      'storage.url': { value: 'redis://***@db.example/0', from: 'treadlight.config.json' },
      'storage.password': { value: '***', from: 'treadlight.config.json' },
    })
    const { code, out } = await run(['config'], env)
    expect(code).toBe(0)
    expect(out).toMatch(/^port +5 +environment variable PORT$/m)
    expect(out).toMatch(/^retention\.newest +\(not set\) +default$/m)
    expect(out).not.toMatch(/hunter/)
  })
})

test('an unknown flag is answered with the nearest one', async () => {
  expect((await run(['serve', '--prot', '1'])).err).toMatch(/Unknown option '--prot'; did you mean --port\?; see treadlight serve --help/)
})

async function until(condition: () => Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 300; attempt++) {
    if (await condition().catch(() => false)) return
    await wait(100)
  }
  throw new Error('it never came to that')
}
