import type { Metric, Query } from '@treadlight/store'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { importCommand } from '../../../packages/collector/src/commands/import.ts'
import { resolveConfig } from '../../../packages/collector/src/config.ts'
import { openStore } from '../../../packages/collector/src/openStore.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'treadlight-products-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const range = { from: Date.parse('2026-03-01'), to: Date.parse('2026-03-03') }
type Settings = Record<string, string>

const configOf = (env: Settings) => resolveConfig({ env: { TREADLIGHT_STORAGE_BASE: join(folder, 'data'), TREADLIGHT_RETENTION_ANONYMOUS: '9999', TREADLIGHT_RETENTION_AUTHENTICATED: '9999', ...env }, folder })

/** The report of `treadlight import`. */
async function importFiles(files: Record<string, string | Uint8Array>, env: Settings): Promise<Record<string, unknown>> {
  const paths = Object.keys(files).map((name) => join(folder, name))
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content)
  const log = vi.spyOn(console, 'log').mockReturnValue()
  try {
    const { config, settings } = await configOf(env)
    expect(await importCommand.run({ config, settings, positionals: paths, values: { json: true, host: 'shop.example' } })).toBe(0)
    return JSON.parse(String(log.mock.calls.at(-1)![0])) as Record<string, unknown>
  } finally {
    log.mockRestore()
  }
}

async function ask(env: Settings, question: Partial<Query>): Promise<unknown[]> {
  const { store, close } = await openStore((await configOf(env)).config)
  try {
    const { rows } = await store.query({ site: 'default', range, timezone: 'UTC', metrics: ['visitors'], ...question })
    return rows.map(({ dimensions, metrics }) => [...dimensions, ...metrics])
  } finally {
    await close()
  }
}

const counts: Metric[] = ['visitors', 'visits', 'pageviews', 'events']
const sessions = { TREADLIGHT_VISITOR: 'session' }

const umamiHead = 'website_id,session_id,visit_id,event_id,hostname,browser,os,device,screen,language,country,region,city,url_path,url_query,referrer_path,referrer_query,referrer_domain,page_title,event_type,event_name,tag,distinct_id,created_at,job_id'
/** Two visitors, two visits each: those of the second are one after the other, since Umami's end half an hour after they began. */
const umami = [
  umamiHead,
  'w,s1,v1,e1,shop.example,chrome,Mac OS,laptop,1440x900,en-US,DE,DE-BE,Berlin,/a,utm_source=news&utm_medium=email,,,,A,1,,,,2026-03-01 10:00:00,',
  'w,s1,v1,e2,shop.example,chrome,Mac OS,laptop,1440x900,en-US,DE,DE-BE,Berlin,/b,,/a,,,B,1,,,,2026-03-01 10:01:00,',
  'w,s1,v1,e3,shop.example,chrome,Mac OS,laptop,1440x900,en-US,DE,DE-BE,Berlin,/b,,,,,,2,signup,,,2026-03-01 10:02:00,',
  'w,s1,v2,e4,shop.example,chrome,Mac OS,laptop,1440x900,en-US,DE,DE-BE,Berlin,/a,,/search,q=a,www.google.com,A,1,,,,2026-03-01 11:10:00,',
  'w,s2,v3,e5,shop.example,firefox,Windows 10,desktop,1920x1080,fr,FR,FR-IDF,Paris,/a,,,,,A,1,,,,2026-03-01 12:00:00,',
  'w,s2,v3,e6,shop.example,firefox,Windows 10,desktop,1920x1080,fr,FR,FR-IDF,Paris,/b,,,,,B,1,,,,2026-03-01 12:20:00,',
  'w,s2,v4,e7,shop.example,firefox,Windows 10,desktop,1920x1080,fr,FR,FR-IDF,Paris,/a,,,,,A,1,,,,2026-03-01 12:35:00,',
].join('\n')

const session = '2b4a7c1e-9a57-4a0e-8f5c-3a1f6a1d2c3b'
const goatcounter = [
  '2Path,Title,Event,UserAgent,Browser,System,Session,Bot,Referrer,Referrer scheme,Screen size,Location,FirstVisit,Date',
  `/a,A,false,,Firefox 128,Linux,${session},0,Hacker News,g,"1920,1080,1",DE,true,2026-03-01T10:00:00Z`,
  `/b,B,false,,Firefox 128,Linux,${session},0,,,"1920,1080,1",DE,true,2026-03-01T10:01:00Z`,
  `signup,,true,,Firefox 128,Linux,${session},0,,,"1920,1080,1",DE,true,2026-03-01T10:02:00Z`,
  `/a,A,false,,Chrome 120,Windows 10,9${session.slice(1)},0,,,"1366,768,1",US-CA,true,2026-03-01T10:00:00Z`,
  `/x,X,false,,Googlebot 2.1,,,150,,,,,true,2026-03-01T10:00:00Z`,
].join('\n')

const matomoVisit = (idVisit: number, visitorId: string, more: object, actions: object[]) => ({ idSite: '1', idVisit: String(idVisit), visitorId, siteCurrency: 'EUR', countryCode: 'de', browserName: 'Firefox', referrerType: 'direct', ...more, actionDetails: actions })
const at = (clock: string) => Date.parse(`2026-03-01T${clock}Z`) / 1000
const matomo = JSON.stringify([
  matomoVisit(1, 'aa', { referrerType: 'search', referrerName: 'Google', userId: 'ada' }, [
    { type: 'action', url: 'http://shop.example/a', pageTitle: 'A', pageId: '1', idpageview: 'p1', timeSpent: '60', timestamp: at('10:00:00') },
    { type: 'action', url: 'http://shop.example/b', pageTitle: 'B', pageId: '2', idpageview: 'p2', timestamp: at('10:01:00') },
    { type: 'ecommerceOrder', orderId: '7', revenue: '12.50', timestamp: at('10:02:00') },
  ]),
  matomoVisit(2, 'bb', {}, [{ type: 'action', url: 'http://shop.example/a', pageTitle: 'A', pageId: '3', idpageview: 'p3', timestamp: at('11:00:00') }]),
])

const plain = [
  'id,user_id,session_id,url,timestamp,title,referrer',
  '1,,s1,https://shop.example/?utm_source=News,2026-03-01 10:00:00+00,Home,',
  '2,ada,s1,https://shop.example/a,2026-03-01 10:01:00+00,A,',
  '3,,,https://shop.example/?gclid=abc,2026-03-01 10:00:00+00,Home,',
].join('\n')

const pagetimer = ['timestamp,username,session_key,ipaddress,path', '2026-03-01 10:00:00+00:00,ada,kQ==,203.0.113.7,/a', '2026-03-01 10:01:00+00:00,ada,kQ==,203.0.113.7,/a', '2026-03-01 10:00:00+00:00,anonymous,None,203.0.113.8,/a'].join('\r\n')

/** What each product's own pages say of these exports, where that is what is asked here. */
const cases: [what: string, files: Record<string, string | Uint8Array>, env: Settings, stored: number, counts: unknown[], others: [Partial<Query>, unknown[]][]][] = [
  [
    'Umami: visitors, visits and views are its own where session ids are kept',
    { 'website_event.csv': umami },
    sessions,
    7,
    [2, 4, 6, 7],
    [
      [{ dimensions: ['visit:source'], metrics: ['visits'] }, [['Direct / None', 2], ['Google', 1], ['news', 1]]],
      [{ dimensions: ['visit:country'], metrics: ['visits'] }, [['DE', 2], ['FR', 2]]],
      [{ dimensions: ['visit:browser', 'visit:os', 'visit:device', 'visit:city'], metrics: ['visits'] }, [['Chrome', 'macOS', 'Desktop', 'Berlin', 2], ['Firefox', 'Windows', 'Desktop', 'Paris', 2]]],
      [{ dimensions: ['event:goal'], metrics: ['events'] }, [['signup', 1]]],
    ],
  ],
  ['Umami: where they are not, a visit ends after 30 minutes without a hit', { 'website_event.csv': umami }, {}, 7, [2, 3, 6, 7], []],
  [
    'GoatCounter',
    { 'goatcounter-export.csv.gz': gzipSync(goatcounter) },
    sessions,
    4,
    [2, 2, 3, 4],
    [
      [{ dimensions: ['event:page'], metrics: ['visitors'], filters: [['is', 'event:name', ['pageview']]] }, [['/a', 2], ['/b', 1]]],
      [{ dimensions: ['visit:source'] }, [['Direct / None', 1], ['Hacker News', 1]]],
      [{ dimensions: ['visit:region', 'visit:browser_version'] }, [['(not set)', '128', 1], ['US-CA', '120', 1]]],
    ],
  ],
  [
    'Matomo',
    { 'visits.json': matomo },
    sessions,
    4,
    [2, 2, 3, 4],
    [
      [{ dimensions: ['event:page'], metrics: ['time_on_page'], filters: [['is', 'event:page', ['/a']]] }, [['/a', 60]]],
      [{ dimensions: ['event:goal'], metrics: ['total_revenue'] }, [['purchase', 12.5]]],
      [{ dimensions: ['visit:source'] }, [['Direct / None', 1], ['Google', 1]]],
      [{ metrics: ['bounce_rate'] }, [[50]]],
    ],
  ],
  [
    'PV15 plain.pageviews: rows of before there was a source have one by their address, by a click id too',
    { 'pageviews.csv': plain },
    sessions,
    3,
    [2, 2, 3, 3],
    [[{ dimensions: ['visit:utm_source', 'visit:utm_medium'], metrics: ['visits'] }, [['google', 'cpc', 1], ['news', '(not set)', 1]]]],
  ],
  ['PT12 django-pagetimer: its visits are beats', { 'pagevisits.csv': pagetimer }, sessions, 3, [2, 2, 0, 3], [[{ dimensions: ['event:name'], metrics: ['events'] }, [['pagetimer', 3]]]]],
]

test.each(cases)('%s', async (_, files, env, stored, expected, others) => {
  const report = await importFiles(files, env)
  expect(report).toMatchObject({ stored, duplicate: 0 })
  const again = await importFiles(files, env)
  expect(again).toMatchObject({ stored: 0, duplicate: stored })
  expect(await ask(env, { metrics: counts })).toEqual([expected])
  for (const [question, rows] of others) expect(await ask(env, { orderBy: (question.dimensions ?? []).map((dimension) => [dimension, 'asc']), ...question })).toEqual(rows)
})
