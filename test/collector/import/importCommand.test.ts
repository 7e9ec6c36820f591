import { createId } from '@treadlight/protocol'
import { createStore, openStorage, type HitFilter, type HitStore, type Query, type StoredHit } from '@treadlight/store'
import { spawnSync } from 'node:child_process'
import { Buffer } from 'node:buffer'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { importCommand } from '../../../packages/collector/src/commands/import.ts'
import { resolveConfig } from '../../../packages/collector/src/config.ts'
import { exportFormats } from '../../../packages/collector/src/export/formats.ts'
import { makeEngagement, makeEvent, makeHit, testId } from '../../store/makeHit.ts'
import { collectExport } from '../export/readExport.ts'
import { cli } from '../runCli.ts'
import { zipOf } from './zipOf.ts'

const minute = 60_000
const day = 86_400_000
/** Noon UTC, some days ago: nothing of it is pruned, and its days are closed. */
const noon = Math.floor(Date.now() / day) * day - 10 * day + day / 2

let folder: string
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'treadlight-import-'))))
afterEach(() => rm(folder, { recursive: true, force: true }))

const path = (name: string): string => join(folder, name)

interface Called {
  code: number
  out: string
  err: string
}

/** Runs the command in this process. */
async function run(files: string[], values: Record<string, string | boolean> = {}, env: Record<string, string> = {}): Promise<Called> {
  const log = vi.spyOn(console, 'log').mockReturnValue()
  const error = vi.spyOn(console, 'error').mockReturnValue()
  try {
    const resolved = await resolveConfig({ folder, env: { TREADLIGHT_TIMEZONE: 'Europe/Berlin', TREADLIGHT_STORAGE_BASE: path('data'), ...env } })
    const code = await importCommand.run({ ...resolved, values, positionals: files.map(path) })
    return { code, out: log.mock.calls.join('\n'), err: error.mock.calls.join('\n') }
  } finally {
    log.mockRestore()
    error.mockRestore()
  }
}

async function report(files: string[], values: Record<string, string | boolean> = {}, env: Record<string, string> = {}): Promise<Record<string, unknown>> {
  return JSON.parse((await run(files, { ...values, json: true }, env)).out) as Record<string, unknown>
}

async function withStore<T>(ask: (store: HitStore) => Promise<T>): Promise<T> {
  const opened = await openStorage({ driver: 'fs', base: path('data') })
  const store = await createStore({ ...opened })
  try {
    return await ask(store)
  } finally {
    await store.close()
    await opened.storage.dispose()
  }
}

async function listHits(store: HitStore, filter: Partial<HitFilter> = {}): Promise<StoredHit[]> {
  const hits: StoredHit[] = []
  for await (const hit of store.hits({ site: 'default', order: 'oldest', ...filter })) hits.push(hit)
  return hits
}

const write = (name: string, content: string | Buffer): void => writeFileSync(path(name), content)

describe('our own exports: into an empty store, equal answers', () => {
  const whole = { from: noon - 20 * day, to: noon + 2 * day }
  const asked: Pick<Query, 'metrics'> = { metrics: ['visitors', 'visits', 'pageviews', 'events', 'views_per_visit', 'bounce_rate', 'visit_duration', 'percentage'] }
  const dimensions = [
    'event:page', 'event:name', 'event:goal', 'event:hostname', 'event:props:plan', 'event:props:seats', 'event:props:trial', 'visit:entry_page', 'visit:exit_page',
    'visit:source', 'visit:referrer', 'visit:channel', 'visit:utm_source', 'visit:utm_medium', 'visit:utm_campaign', 'visit:utm_term', 'visit:utm_content', 'visit:click_id',
    'visit:browser', 'visit:browser_version', 'visit:os', 'visit:os_version', 'visit:device', 'visit:country', 'visit:region', 'visit:city', 'visit:screen_class', 'visit:language',
    'time:hour', 'time:day', 'time:week', 'time:month', 'first:source', 'last:source',
  ] as const

  /** What the dashboard asks, and what an owner looks through. */
  async function describeAll(store: HitStore): Promise<unknown> {
    const query = { site: 'default', timezone: 'Europe/Berlin', range: whole }
    const hits = await listHits(store)
    return {
      // When they came is another matter.
      hits: hits.map((hit) => Object.assign(hit, { received: 0 })),
      all: await store.query({ ...query, metrics: [...asked.metrics, 'time_on_page', 'scroll_depth', 'total_revenue'] }),
      rows: await Promise.all(dimensions.map((dimension) => store.query({ ...query, ...asked, dimensions: [dimension] }))),
      pages: await store.query({ ...query, metrics: ['time_on_page', 'scroll_depth'], dimensions: ['event:page'] }),
      revenue: await store.query({ ...query, metrics: ['total_revenue', 'average_revenue'], dimensions: ['event:goal'], filters: [['is', 'event:goal', ['buy']]] }),
      persons: [await listHits(store, { user: 'u1' }), await listHits(store, { session: 's1' })].map((its) => its.map(({ id }) => id)),
      funnel: await store.funnel({ site: 'default', range: whole, steps: [{ page: '/*' }, { event: 'buy' }] }),
      journeys: await store.journeys({ site: 'default', range: whole }),
    }
  }

  function makeHits(): StoredHit[] {
    const hits: StoredHit[] = []
    const add = (...its: StoredHit[]) => hits.push(...its.map((hit) => Object.assign(hit, { site: 'default' })))
    for (let number = 0; number < 60; number++) {
      const time = noon - (number % 5) * day + number * minute
      const base = { time, visitor: `v${number % 7}`, session: number % 4 === 0 ? 's1' : '', id: testId(number, time) }
      const view = makeHit({
        ...base,
        path: ['/', '/a,b', '/"c"', '/=d'][number % 4]!,
        title: ['', '=1+1', "'=quoted", 'two\nlines, "and" more', 'ä𝒳', '-5'][number % 6]!,
        ...(number % 3 === 0 && { url: `https://shop.example/?q=${number}`, referrer: 'https://www.google.com/', referrerHost: 'google.com', source: 'google', medium: 'cpc', campaign: 'may', term: 'shoes', content: 'b', channel: 'Paid Search', clickIds: { gclid: 'x"y' } }),
        ...(number % 2 === 0 && { browser: 'Firefox', browserVersion: '140', os: 'Linux', osVersion: '6', device: 'Desktop' as const, screen: '1920x1080', language: 'de', timezone: 'Europe/Berlin', country: 'DE', region: 'DE-BY', city: 'München', navigation: 'reload' as const, address: '203.0.113.0' }),
      })
      add(view)
      if (number % 4 === 1) add(makeEngagement(view, { id: testId(100 + number, time), engaged: 1000 * number, scroll: number, time: time + minute }))
      if (number % 5 === 2) {
        const buys = { id: testId(200 + number, time), time: time + 2 * minute, visitor: base.visitor, session: base.session, view: view.id }
        add(makeEvent('buy', { ...buys, props: { plan: 'pro', seats: number, trial: false }, revenue: { amount: ['9.99', '-0.000001', '12.5'][number % 3]!, currency: number % 2 === 0 ? 'EUR' : 'USD' }, interactive: number % 2 === 0, webdriver: true, forwarding: false }))
      }
      // One hit of two facts.
      if (number % 6 === 3) add({ ...view, origin: 'server', user: 'u1', title: '', received: time + 9 })
    }
    return hits
  }

  async function exported(format: (typeof exportFormats)[number]): Promise<{ bytes: Buffer; expected: unknown }> {
    const { storage } = await openStorage({ driver: 'memory' })
    const store = await createStore({ storage, durability: 'volatile' })
    const hits = makeHits()
    await store.append(hits)
    await store.identify({ site: 'default', session: 's1', user: 'u2', time: noon })
    await store.maintain({ force: true })
    const { bytes } = await collectExport(store, { site: 'default', format })
    const expected = await describeAll(store)
    await store.close()
    return { bytes, expected }
  }

  for (const format of exportFormats) {
    test(`${format}, again, packed, and in another order`, async () => {
      const { bytes, expected } = await exported(format)
      write(`hits.${format}`, bytes)
      write('packed.gz', gzipSync(bytes))
      write('packed.zip', zipOf({ [`folder/hits.${format}`]: bytes }))
      const first = await report([`hits.${format}`])
      expect(first).toMatchObject({ duplicate: 0, refused: {}, dropped: {}, skipped: {}, days: 5 })
      expect(await withStore(describeAll)).toEqual(expected)
      for (const file of [`hits.${format}`, 'packed.gz', 'packed.zip']) expect(await report([file])).toMatchObject({ stored: 0, duplicate: first['stored'] })
      expect(await withStore(describeAll)).toEqual(expected)
      if (format === 'parquet') return
      const isCsv = format === 'csv'
      // Of CSV, lines are no rows.
      const lines = isCsv ? [] : bytes.toString().trimEnd().split('\n').toReversed()
      if (isCsv) return
      await rm(path('data'), { recursive: true })
      write('backwards', `${lines.join('\n')}\n`)
      expect(await report(['backwards'])).toEqual(first)
      expect(await withStore(describeAll)).toEqual(expected)
    })
  }

  test('of a site that is not here, and for another one', async () => {
    const hit = { ...makeHit({ time: noon }), site: 'other' }
    write('hits.ndjson', `${JSON.stringify(hit)}\n`)
    expect(await run(['hits.ndjson'])).toMatchObject({ code: 1, out: expect.stringContaining('is of site other, which is not here: 1') as string })
    expect(await report(['hits.ndjson'], { site: 'default' })).toMatchObject({ stored: 1 })
    expect((await withStore((store) => listHits(store)))[0]).toMatchObject({ site: 'default', id: hit.id, origin: 'browser' })
  })

  test('what is no hit is told of, by its line, and the others come', async () => {
    const hit = { ...makeHit({ time: noon }), site: 'default' }
    const wrong = [{ ...hit, id: 'x' }, { ...hit, time: 'now' }, { ...hit, type: 'click' }, { ...hit, day: '2026-13-01' }, { ...hit, props: [] }, { ...hit, path: 7 }]
    write('hits.ndjson', [JSON.stringify(hit), ...wrong.map((each) => JSON.stringify(each)), '{"cut', JSON.stringify({ ...hit, id: createId(noon), later: 1 })].join('\n'))
    const result = await report(['hits.ndjson'])
    expect(result).toMatchObject({ stored: 2, problems: [
      { line: 2, problem: 'id is missing, or no UUIDv7 in lower case' }, { line: 3, problem: 'time is no number' }, { line: 4, problem: expect.stringContaining('type is none') as string },
      { line: 5, problem: expect.stringContaining('day is missing') as string }, { line: 6, problem: expect.stringContaining('must be objects') as string }, { line: 7, problem: 'path is no text' }, { line: 8, problem: 'is no JSON object', sample: '{"cut' },
    ] })
  })
})

const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'

/** A line of an access log. */
function logLine({ address = '203.0.113.9', request = 'GET / HTTP/1.1', status = 200, referrer = '-', agent = firefox, at = 0, host = '' } = {}): string {
  const [, month, date, year, time] = /^\w+ (\w+) (\d+) (\d+) ([\d:]+)/.exec(new Date(noon + at).toUTCString().replace(/^(\w+), (\d+) (\w+) /, '$1 $3 $2 '))!
  return `${host === '' ? '' : `${host}:443 `}${address} - - [${date}/${month}/${year}:${time} +0000] "${request}" ${status} 512 "${referrer}" "${agent}"`
}

describe('access logs', () => {
  test.each([
    ['a page', {}, { stored: 1 }],
    ['a page from the cache', { status: 304 }, { stored: 1 }],
    ['a page behind a query', { request: 'GET /a.html?x=1.png HTTP/2.0' }, { stored: 1 }],
    ['a version in a path', { request: 'GET /releases/v1.2 HTTP/2.0' }, { stored: 1 }],
    ['an image', { request: 'GET /a.png HTTP/1.1' }, { skipped: { 'no page, but a file of one': 1 } }],
    ['a script with a query', { request: 'GET /a.js?v=2 HTTP/1.1' }, { skipped: { 'no page, but a file of one': 1 } }],
    ['a feed', { request: 'GET /blog/feed/ HTTP/1.1' }, { skipped: { 'no page, but for programs': 1 } }],
    ['a form', { request: 'POST / HTTP/1.1' }, { skipped: { 'not asked for with GET': 1 } }],
    ['no request', { request: '\\x16\\x03\\x01' }, { skipped: { 'not asked for with GET': 1 } }],
    ['not found', { status: 404 }, { skipped: { 'no page was answered: status': 1 } }],
    ['a redirect', { status: 301 }, { skipped: { 'no page was answered: status': 1 } }],
    ['a crawler', { agent: 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)' }, { dropped: { bot: 1 } }],
    ['a library', { agent: 'curl/8.5.0' }, { dropped: { bot: 1 } }],
    ['a driven browser', { agent: 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/140.0 Safari/537.36' }, { dropped: { automation: 1 } }],
    ['nobody’s', { agent: '-' }, { skipped: { 'without a user agent': 1 } }],
    ['an excluded path', { request: 'GET /intern/a HTTP/1.1' }, { dropped: { path: 1 } }],
    ['an excluded address', { address: '192.0.2.7' }, { dropped: { address: 1 } }],
  ])('%s', async (_, line, expected) => {
    write('access.log', `${logLine(line)}\n`)
    const env = { TREADLIGHT_EXCLUDE_PATHS: '/intern', TREADLIGHT_EXCLUDE_ADDRESSES: '192.0.2.0/24' }
    expect(await report(['access.log'], { host: 'www.example.org', 'dry-run': true }, env)).toMatchObject({ stored: 0, skipped: {}, dropped: {}, refused: {}, ...expected })
    expect(existsSync(path('data'))).toBe(false)
  })

  test('what a hit is: page, referrer, browser, visitors of a day, and no address anywhere', async () => {
    const lines = [
      logLine({ request: 'GET /a?utm_source=News&secret=1 HTTP/1.1', referrer: 'https://www.google.com/' }),
      logLine({ request: 'GET /b HTTP/1.1', at: minute }),
      logLine({ request: 'GET /b HTTP/1.1', at: 2 * minute, address: '203.0.113.10' }),
      logLine({ request: 'GET /b HTTP/1.1', at: day }),
    ]
    write('access.log', `${lines.join('\n')}\n`)
    await run(['access.log'], {}, { TREADLIGHT_HOSTS: 'www.example.org', TREADLIGHT_PAGE_PARAMS: 'utm_source' })
    const hits = await withStore((store) => listHits(store))
    expect(hits[0]).toMatchObject({ origin: 'import', type: 'pageview', time: noon, url: 'https://www.example.org/a?utm_source=News', path: '/a', source: 'news', referrerHost: 'google.com', browser: 'Firefox', browserVersion: '140', os: 'Linux', device: 'Desktop', session: '', user: '' })
    const [a, b, c, d] = hits.map(({ visitor }) => visitor)
    expect(a).toMatch(/^[0-9a-f]{16}$/)
    expect(b).toBe(a)
    expect(new Set([a, c, d]).size).toBe(3)
    const stored = readAll(path('data'))
    expect(stored).not.toContain('203.0.113')
    expect(stored).not.toContain('secret=1')
    // What they were told apart by is gone.
    expect(stored).not.toContain('"secret"')
  })

  test('equal lines are as many hits, and once more none', async () => {
    const lines = [logLine(), logLine(), logLine({ at: 1000 }), logLine()]
    write('access.log', `${lines.join('\n')}\n`)
    expect(await report(['access.log'], { host: 'a.example' })).toMatchObject({ stored: 4, duplicate: 0 })
    expect(await report(['access.log'], { host: 'a.example' })).toMatchObject({ stored: 0, duplicate: 4 })
  })

  test('the virtual host says which site it is; without one it has to be said', async () => {
    write('access.log', `${logLine({ host: 'blog.example' })}\n${logLine({ host: 'other.example' })}\n`)
    await run(['access.log'], {}, { TREADLIGHT_SITES: '{"blog":{"hosts":["blog.example"]}}' })
    expect(await withStore((store) => listHits(store, { site: 'blog' }))).toMatchObject([{ hostname: 'blog.example' }])
    expect(await withStore((store) => listHits(store))).toMatchObject([{ hostname: 'other.example' }])
    write('plain.log', `${logLine()}\n`)
    await expect(run(['plain.log'])).rejects.toThrow('--host: the log does not say of which host it is')
  })

  test('Caddy’s and nginx’s JSON', async () => {
    const caddy = (uri: string, more: object = {}, headers: object = {}) =>
      JSON.stringify({ level: 'info', ts: noon / 1000, logger: 'http.log.access', msg: 'handled request', request: { remote_ip: '203.0.113.9', client_ip: '203.0.113.9', proto: 'HTTP/2.0', method: 'GET', host: 'shop.example', uri, headers: { 'User-Agent': [firefox], Referer: ['https://news.example/x'], 'Accept-Language': ['de-DE,de;q=0.5'], ...headers }, tls: { version: 772 } }, status: 200, resp_headers: { 'Content-Type': ['text/html; charset=utf-8'] }, ...more })
    write('caddy.log', [
      caddy('/a'),
      caddy('/data', { resp_headers: { 'Content-Type': ['application/json'] } }),
      caddy('/frame', {}, { 'Sec-Fetch-Dest': ['iframe'] }),
      caddy('/ahead', {}, { 'Sec-Purpose': ['prefetch;prerender'] }),
      '{"level":"info","ts":1.5,"msg":"serving initial configuration"}',
    ].join('\n'))
    expect(await report(['caddy.log'])).toMatchObject({ stored: 1, skipped: { 'no page, but a file of one': 1, 'no page, but a part of one': 1, 'about something else than a request': 1 }, dropped: { prefetch: 1 } })
    write('nginx.log', `${JSON.stringify({ time_iso8601: new Date(noon).toISOString(), remote_addr: '203.0.113.9', host: 'shop.example', request: 'GET /b?c HTTP/1.1', status: '200', http_referer: '-', http_user_agent: firefox })}\n`)
    expect(await report(['nginx.log'])).toMatchObject({ stored: 1, refused: {} })
    const hits = await withStore((store) => listHits(store))
    expect(hits.map(({ url }) => url).toSorted()).toEqual(['https://shop.example/a', 'https://shop.example/b?c'])
    expect(hits.find(({ path: its }) => its === '/a')).toMatchObject({ language: 'de-DE', referrerHost: 'news.example' })
  })
})

describe('the command', () => {
  test('says what would come, and writes nothing', async () => {
    write('access.log', `${logLine()}\nrubbish\n${logLine({ at: day })}\n`)
    const { out, code } = await run(['access.log'], { host: 'a.example', 'dry-run': true })
    expect(code).toBe(0)
    expect(out).toMatch(/^Would import 2 hits into folder .*, 2 days from \d{4}-\d\d-\d\d to \d{4}-\d\d-\d\d\.\nNot understood: 1 row \(is no line of the combined format: 1\)\n {2}access\.log, line 2: is no line of the combined format: rubbish$/)
    expect(existsSync(path('data'))).toBe(false)
    await run(['access.log'], { host: 'a.example' })
    expect(await report(['access.log'], { host: 'a.example', 'dry-run': true })).toMatchObject({ dryRun: true, stored: 0, duplicate: 2 })
  })

  test('of some days alone', async () => {
    write('access.log', [-day, 0, day].map((at) => `${logLine({ at })}\n`).join(''))
    const only = new Date(noon).toISOString().slice(0, 10)
    expect(await report(['access.log'], { host: 'a.example', from: only, to: only })).toMatchObject({ stored: 1, outside: 2, first: new Date(noon).toISOString() })
  })

  test('says first what retention will take', async () => {
    write('access.log', `${logLine({ at: -100 * day })}\n${logLine()}\n`)
    const { err, out } = await run(['access.log'], { host: 'a.example' })
    expect(err).toMatch(/^There are hits from \d{4}-\d\d-\d\d on, and by the setting retention anonymous hits are kept 90 days/)
    expect(out).toContain('1 hit is older than retention allows.')
  })

  test.each([
    ['what nobody knows', 'hello\n', 'looks like nothing that is known; it begins with "hello\\n". Name its format with --format, one of treadlight, '],
    ['nothing', '', 'looks like nothing that is known'],
  ])('%s', async (_, content, said) => {
    write('file', content)
    await expect(run(['file'])).rejects.toThrow(said)
  })

  test('files that are not there, folders, formats that are none', async () => {
    await expect(run(['nowhere'])).rejects.toThrow('nowhere: there is no such file')
    await expect(run(['.'])).rejects.toThrow('is a folder; name the files in it')
    await expect(run(['a'], { format: 'xls' })).rejects.toThrow('--format xls: must be ')
    await expect(run([])).rejects.toThrow('name the files to import')
    write('cut.gz', gzipSync(Buffer.from(`${logLine({ host: 'a.example' })}\n`.repeat(20_000))).subarray(0, 4000))
    await expect(run(['cut.gz'])).rejects.toThrow('cut.gz: cannot be unpacked')
    write('cut.zip', zipOf({ 'access.log': `${logLine({ host: 'a.example' })}\n` }).subarray(0, 80))
    await expect(run(['cut.zip'])).rejects.toThrow(/^\[treadlight import\] cut\.zip: cannot be unpacked: .*: is it whole\?$/)
    // One line: no stack, no warning of a file that was left open.
    const { stderr } = spawnSync(process.execPath, [cli, 'import', 'cut.zip', '--data', path('data')], { cwd: folder })
    expect(stderr.toString()).toMatch(/^treadlight: import: cut\.zip: cannot be unpacked: .*: is it whole\?\n$/)
  })

  test('of rotated logs the newest may be empty: the others come', async () => {
    write('access.log', '')
    write('access.log.1', `${logLine({ host: 'a.example' })}\n`)
    write('access.log.2.gz', gzipSync(''))
    const { code, out, err } = await run(['access.log', 'access.log.1', 'access.log.2.gz'])
    expect(out).toContain('Imported 1 hit ')
    expect(err).toMatch(/access\.log: is empty\n.*access\.log\.2\.gz: is empty/)
    expect(code).toBe(0)
    await expect(run(['access.log'])).rejects.toThrow('access.log: looks like nothing that is known; it is empty. Name its format with --format')
  })

  test('from standard input, by the command line', () => {
    const { stdout, stderr, status } = spawnSync(process.execPath, [cli, 'import', '-', '--data', path('data'), '--json'], { cwd: folder, input: `${logLine({ host: 'a.example' })}\n` })
    expect(stderr.toString()).toBe('')
    expect(JSON.parse(stdout.toString())).toMatchObject({ stored: 1 })
    expect(status).toBe(0)
  })
})

/** All that is in a folder, one after the other. */
function readAll(base: string): string {
  return readdirSync(base, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1')).join('\n')
}
