import { createId } from '@treadlight/protocol'
import { createStore, openStorage, type StoredHit } from '@treadlight/store'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { sessionKey } from '../../packages/collector/src/reports/sessionKey.ts'
import { fillFolder, hitOf, runCli, type CliResult } from './runCli.ts'

let folder: string
let data: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'treadlight-time-'))
  data = join(folder, 'data')
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const run = (args: string[], env: Record<string, string> = {}): Promise<CliResult> => runCli(folder, args, { TREADLIGHT_TIMEZONE: 'UTC', ...env })

/** A hit at a moment; the site's days are those of UTC. */
function hitAt(time: string, fields: Partial<StoredHit> = {}): StoredHit {
  const at = Date.parse(time)
  const id = createId(at)
  return { ...hitOf(0), id, view: id, time: at, received: at, day: time.slice(0, 10), ...fields }
}

const beatAt = (time: string, fields: Partial<StoredHit> = {}): StoredHit => hitAt(time, { type: 'event', name: 'pagetimer', view: '', ...fields })
const engagementOf = (view: StoredHit, seconds: number): StoredHit =>
  hitAt(new Date(view.time + seconds * 1000).toISOString(), { ...pick(view), type: 'engagement', view: view.id, engaged: seconds * 1000 })
const pick = ({ user, session, visitor, path, site }: StoredHit): Partial<StoredHit> => ({ user, session, visitor, path, site })

const ann = { user: 'ann', session: 's1', address: '203.0.113.0' }

/** Ann reads /a for two and a half minutes, then /b; somebody else's old script beats on "/c,d". */
function someHits(): StoredHit[] {
  const first = hitAt('2026-11-10T10:00:00.000Z', { ...ann, path: '/a' })
  const second = hitAt('2026-11-10T10:03:00.000Z', { ...ann, path: '/b' })
  const beats = [0, 1, 2, 3, 4].map((at) => beatAt(`2026-11-11T08:0${at}:00.000Z`, { visitor: '', path: '/c,d' }))
  return [first, engagementOf(first, 60), engagementOf(first, 150), second, ...beats]
}

describe('export --report pagetimer', () => {
  test('PT13 a row for each entry, oldest first, whatever lies in segments', async () => {
    await fillFolder(data, someHits())
    await run(['compact'])
    const { code, out, err } = await run(['export', '--report', 'pagetimer'])
    expect({ code, err }).toEqual({ code: 0, err: '' })
    const key = sessionKey({ site: 'default', session: 's1', visitor: '' })
    expect(out.split('\r\n')).toEqual([
      'timestamp,username,session_key,ipaddress,path',
      `2026-11-10T10:00:00.000Z,ann,${key},203.0.113.0,/a`,
      `2026-11-10T10:01:00.000Z,ann,${key},203.0.113.0,/a`,
      `2026-11-10T10:02:00.000Z,ann,${key},203.0.113.0,/a`,
      `2026-11-10T10:03:00.000Z,ann,${key},203.0.113.0,/b`,
      ...[0, 1, 2, 3, 4].map((at) => `2026-11-11T08:0${at}:00.000Z,anonymous,None,,"/c,d"`),
      '',
    ])
  })

  test('PT13 days, sites, another interval, a file', async () => {
    await fillFolder(data, [...someHits(), beatAt('2026-11-10T10:00:00.000Z', { site: 'shop', path: '=1' })])
    const days = await run(['export', '--report', 'pagetimer', '--from', '2026-11-11', '--to', '2026-11-11'])
    expect(days.out.split('\r\n')).toHaveLength(7)
    const fine = await run(['export', '--report', 'pagetimer', '--to', '2026-11-10', '--interval', '30'])
    expect(fine.out.split('\r\n')).toHaveLength(1 + 5 + 1 + 1)
    const shop = await run(['export', '--report', 'pagetimer', '--site', 'shop', '--output', 'pagevisits.csv'])
    expect(shop.err).toMatch(/^Wrote 1 row \(\d+ B\) of site shop to pagevisits\.csv\n$/)
    expect(await readFile(join(folder, 'pagevisits.csv'), 'utf8')).toMatch(/,'=1\r\n$/)
  })

  test('PT14 --anonymize: the same names throughout one export, others in the next, and no one’s', async () => {
    await fillFolder(data, someHits())
    const [first, second] = [await run(['export', '--report', 'pagetimer', '--anonymize']), await run(['export', '--report', 'pagetimer', '--anonymize'])]
    const rows = first.out.split('\r\n').slice(1, -1).map((line) => line.split(','))
    expect(new Set(rows.slice(0, 4).map(([, user]) => user)).size).toBe(1)
    expect(rows[0]![1]).toMatch(/^user-[0-9a-f]{16}$/)
    expect(rows[4]!.slice(1, 4)).toEqual(['anonymous', 'None', ''])
    expect(first.out).not.toMatch(/ann,|s1/)
    expect(first.out).not.toContain(sessionKey({ site: 'default', session: 's1', visitor: '' }))
    expect(second.out).not.toContain(rows[0]![1])
  })

  test('PT18 from a text file, too', async () => {
    await fillFolder(data, someHits())
    const env = { TREADLIGHT_STORE_TYPE: 'ndjson', TREADLIGHT_STORE_PATH: join(folder, 'hits.ndjson') }
    const { createNdjsonStore } = await import('@treadlight/store')
    const store = await createNdjsonStore({ path: env.TREADLIGHT_STORE_PATH })
    await store.append(someHits())
    await store.close()
    expect((await run(['export', '--report', 'pagetimer'], env)).out).toBe((await run(['export', '--report', 'pagetimer'])).out)
  })
})

describe('export --report time', () => {
  test('PT19 engaged time by user, session and path', async () => {
    await fillFolder(data, someHits())
    const { code, out } = await run(['export', '--report', 'time'])
    const key = sessionKey({ site: 'default', session: 's1', visitor: '' })
    expect(code).toBe(0)
    // Whoever is anonymous and has no session was on this page, all together.
    expect(out.split('\r\n')).toEqual([
      'user,session,path,visits,beats,seconds,first,last',
      `ann,${key},/a,1,3,150,2026-11-10T10:00:00.000Z,2026-11-10T10:02:30.000Z`,
      `ann,${key},/b,1,1,0,2026-11-10T10:03:00.000Z,2026-11-10T10:03:00.000Z`,
      'anonymous,None,"/c,d",1,5,300,2026-11-11T08:00:00.000Z,2026-11-11T08:05:00.000Z',
      '',
    ])
  })

  test('PT19 --json', async () => {
    await fillFolder(data, someHits())
    const rows = JSON.parse((await run(['export', '--report', 'time', '--json', '--anonymize'])).out) as Record<string, unknown>[]
    expect(rows.map(({ path, visits, beats, seconds }) => ({ path, visits, beats, seconds }))).toEqual([
      { path: '/a', visits: 1, beats: 3, seconds: 150 },
      { path: '/b', visits: 1, beats: 1, seconds: 0 },
      { path: '/c,d', visits: 1, beats: 5, seconds: 300 },
    ])
    expect(JSON.stringify(rows)).not.toContain('"ann"')
  })
})

describe('export --report timeline', () => {
  const annsTimeline = [
    { start: '2026-11-10T10:00:00.000Z', end: '2026-11-10T10:02:30.000Z', path: '/a', seconds: 150 },
    { start: '2026-11-10T10:03:00.000Z', end: '2026-11-10T10:03:00.000Z', path: '/b', seconds: 0 },
  ]

  test.each([
    ['a user', ['--user', 'ann'], annsTimeline],
    ['a session by its id', ['--session', 's1'], annsTimeline],
    ['a session by its key', ['--session', sessionKey({ site: 'default', session: 's1', visitor: '' })], annsTimeline],
    ['nobody', ['--user', 'bob'], []],
  ])('PT19 the visits of %s', async (_, args, expected) => {
    await fillFolder(data, someHits())
    expect(JSON.parse((await run(['export', '--report', 'timeline', '--json', ...args])).out)).toEqual(expected)
  })

  test('PT19 as CSV', async () => {
    await fillFolder(data, someHits())
    const { out } = await run(['export', '--report', 'timeline', '--user', 'ann', '--to', '2026-11-10'])
    expect(out.split('\r\n').slice(0, 2)).toEqual(['start,end,path,seconds', '2026-11-10T10:00:00.000Z,2026-11-10T10:02:30.000Z,/a,150'])
  })
})

describe('export --report: what is wrong is one line', () => {
  test.each([
    [['--report', 'page'], /--report page: must be pagetimer, time or timeline/],
    [['--report', 'time', '--format', 'ndjson'], /--format is for hits: a report is CSV, or JSON with --json/],
    [['--report', 'pagetimer', '--json'], /--json: goes with --report time or timeline/],
    [['--json'], /--json: goes with --report time or timeline/],
    [['--report', 'timeline', '--user', 'ann', '--anonymize'], /--anonymize: goes with --report pagetimer or time/],
    [['--report', 'time', '--user', 'ann'], /--user: goes with --report timeline/],
    [['--report', 'timeline'], /name one person, with --user ID or --session ID/],
    [['--report', 'timeline', '--user', 'a', '--session', 'b'], /name one person/],
    [['--report', 'timeline', '--user', ''], /--user: must not be empty/],
    [['--report', 'time', '--interval', '0'], /--interval 0: must be a whole number of seconds from 1 to 3600/],
    [['--report', 'time', '--interval', '1e2'], /--interval 1e2: must be/],
  ])('%j', async (args, message) => {
    await fillFolder(data, [hitOf(3)])
    const { code, out, err } = await run(['export', ...args])
    expect({ code, out }).toEqual({ code: 1, out: '' })
    expect(err).toMatch(message)
    expect(err.trim()).not.toContain('\n')
  })
})

describe('prune --before', () => {
  const hits = (): StoredHit[] => ['2020-01-01T03:04:05.000Z', '2020-01-02T03:04:04.999Z', '2020-01-02T03:04:05.000Z', '2020-01-03T03:04:05.000Z'].map((time, index) => hitAt(time, index === 0 ? ann : {}))
  const timesLeft = async (): Promise<string[]> => {
    const opened = await openStorage({ driver: 'fs', base: data })
    const store = await createStore(opened)
    const left: string[] = []
    for await (const hit of store.hits({ site: 'default', order: 'oldest' })) left.push(new Date(hit.time).toISOString())
    await store.close()
    await opened.storage.dispose()
    return left
  }

  test('PT15 PV22 P021: deletes what is strictly older, whoever it is of, and says so as ever', async () => {
    await fillFolder(data, hits())
    const args = ['prune', '--before', '2020-01-02 03:04:05']
    expect((await run([...args, '--dry-run'])).out).toBe('1 anonymous pageviews would be deleted, 1 authenticated pageviews would be deleted\n')
    expect(await timesLeft()).toHaveLength(4)
    expect(await run(args)).toMatchObject({ code: 0, out: '1 anonymous pageviews deleted, 1 authenticated pageviews deleted\n' })
    expect(await timesLeft()).toEqual(['2020-01-02T03:04:05.000Z', '2020-01-03T03:04:05.000Z'])
  })

  test('PT15 a day; --json; not what retention would delete besides', async () => {
    await fillFolder(data, hits())
    expect(JSON.parse((await run(['prune', '--before', '2020-01-02', '--json'], { TREADLIGHT_RETENTION_ANONYMOUS: '1' })).out)).toEqual({ anonymous: 0, authenticated: 1, others: 0, dryRun: false })
    expect(await timesLeft()).toHaveLength(3)
  })

  test('PT15 each site by its own clock, or one of them', async () => {
    await fillFolder(data, [...hits(), hitAt('2020-01-01T23:30:00.000Z', { site: 'blog' }), hitAt('2020-01-01T22:30:00.000Z', { site: 'blog' })])
    const env = { TREADLIGHT_SITES: JSON.stringify({ blog: { hosts: ['blog.example'], timezone: 'Europe/Berlin' } }) }
    const count = async (...more: string[]): Promise<unknown> => JSON.parse((await run(['prune', '--before', '2020-01-02', '--json', '--dry-run', ...more], env)).out)
    expect(await count()).toMatchObject({ anonymous: 1, authenticated: 1 })
    expect(await count('--site', 'blog')).toMatchObject({ anonymous: 1, authenticated: 0 })
    expect(await count('--site', 'default')).toMatchObject({ anonymous: 0, authenticated: 1 })
  })

  test('PT17 with --newest besides', async () => {
    await fillFolder(data, hits())
    expect((await run(['prune', '--before', '2020-01-02', '--newest', '1'])).out).toMatch(/^2 anonymous pageviews deleted, 1 authenticated/)
    expect(await timesLeft()).toEqual(['2020-01-03T03:04:05.000Z'])
  })

  test.each([
    ['P022: garbage', ['--before', 'garbage'], {}, /--before garbage: must be YYYY-MM-DD hh:mm:ss or YYYY-MM-DD, such as/],
    ['a day that is none', ['--before', '2020-02-30 00:00:00'], {}, /must be YYYY-MM-DD hh:mm:ss/],
    ['the future', ['--before', '2999-01-01'], {}, /that is still to come in UTC, where site default is; name a moment that has been/],
    ['an hour that was skipped', ['--before', '2026-03-29 02:30:00'], { TREADLIGHT_TIMEZONE: 'Europe/Berlin' }, /clocks in Europe\/Berlin, where site default is, have skipped it/],
    ['two ages', ['--before', '2020-01-01', '--anonymous', '3'], {}, /--before and --anonymous both say how old is too old/],
  ])('PT15 %s is refused, and nothing deleted', async (_, args, env, message) => {
    await fillFolder(data, hits())
    const { code, out, err } = await run(['prune', ...args], env as Record<string, string>)
    expect({ code, out }).toEqual({ code: 1, out: '' })
    expect(err).toMatch(message)
    expect(await timesLeft()).toHaveLength(4)
  })
})
