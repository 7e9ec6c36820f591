import { expect, test } from 'vitest'
import { goatcounter } from '../../../packages/collector/src/import/formats/goatcounter.ts'
import { matomo } from '../../../packages/collector/src/import/formats/matomo.ts'
import { pagetimer } from '../../../packages/collector/src/import/formats/pagetimer.ts'
import { plainPageviews } from '../../../packages/collector/src/import/formats/plainPageviews.ts'
import { plausible } from '../../../packages/collector/src/import/formats/plausible.ts'
import { umami } from '../../../packages/collector/src/import/formats/umami.ts'
import type { ImportFormat } from '../../../packages/collector/src/import/importFormat.ts'
import { readTime } from '../../../packages/collector/src/import/readTime.ts'
import { fileOf, readImport } from './importText.ts'

const ten = Date.parse('2026-03-01T10:00:00Z')
type Files = Record<string, string>

const plainHead = 'id,user_id,session_id,url,timestamp,title,referrer,source,medium,campaign'
const oldPlainHead = 'id,user_id,session_id,url,timestamp,title,referrer'
const timerHead = 'timestamp,username,session_key,ipaddress,path'
const goatHead = '2Path,Title,Event,UserAgent,Browser,System,Session,Bot,Referrer,Referrer scheme,Screen size,Location,FirstVisit,Date'
const oldGoatHead = '1Path,Title,Event,Bot,Session,FirstVisit,Referrer,Referrer scheme,Browser,Screen size,Location,Date'
const goatSession = '2b4a7c1e-9a57-4a0e-8f5c-3a1f6a1d2c3b'
const noSession = '00000000-0000-0000-0000-000000000000'
const umamiHead = 'website_id,session_id,visit_id,event_id,hostname,browser,os,device,screen,language,country,region,city,url_path,url_query,referrer_path,referrer_query,referrer_domain,page_title,event_type,event_name,tag,distinct_id,created_at,job_id'

/** What a row of an export becomes. */
const cases: [what: string, format: ImportFormat, files: Files, rows: unknown[]][] = [
  [
    'PV15 plain: a row with all its columns, of a known user',
    plainPageviews,
    { 'pageviews.csv': `${plainHead}\r\n17,42,s-1,"https://shop.example/a?utm_source=x",2026-03-01 10:00:00.123456+00,"Shoes, ""red""\nand Größe",https://www.google.com/,google,cpc,spring\r\n` },
    [{ hit: { time: ten + 123, url: 'https://shop.example/a?utm_source=x', type: 'pageview', key: `17 ${ten + 123} https://shop.example/a?utm_source=x`, title: 'Shoes, "red"\nand Größe', referrer: 'https://www.google.com/', user: '42', session: 's-1', visitor: 's-1', source: 'google', medium: 'cpc', campaign: 'spring' }, line: 2 }],
  ],
  [
    'PV15 plain: a row of before the table had a source is attributed by its URL, and NULL is nothing',
    plainPageviews,
    { 'pageviews.csv': `${oldPlainHead}\n1,\\N,NULL,https://shop.example/?gclid=1,2026-03-01T11:00:00+01:00,,\n` },
    [{ hit: { time: ten, url: 'https://shop.example/?gclid=1', type: 'pageview', key: `1 ${ten} https://shop.example/?gclid=1` }, line: 2 }],
  ],
  [
    'plain: rows that are none',
    plainPageviews,
    { 'pageviews.csv': `${oldPlainHead}\n1,,,https://shop.example/,yesterday,,\n2,,,ftp://shop.example/,2026-03-01 10:00:00,,\n3,,https://shop.example/\n` },
    [
      { problem: 'timestamp is no time', sample: '1,,,https://shop.example/,yesterday,,', line: 2 },
      { problem: 'url is no address of a page', sample: '2,,,ftp://shop.example/,2026-03-01 10:00:00,,', line: 3 },
      { problem: 'has 3 fields, and the table 7 columns', sample: '3,,https://shop.example/', line: 4 },
    ],
  ],
  [
    'PT13 pagetimer: pagevisits.csv as its dashboard writes it',
    pagetimer,
    { 'pagevisits.csv': `${timerHead}\r\n2026-03-01 10:00:00.500000+00:00,ada,6PbR1g==,203.0.113.7,/a?b=1\r\n2026-03-01 10:01:00+00:00,anonymous,None,"203.0.113.7, 10.0.0.1",//x\r\n2026-03-01 10:01:00+00:00,anonymous,b'kQ==',none,/\r\n` },
    [
      { hit: { time: ten + 500, url: 'https://shop.example/a?b=1', type: 'event', name: 'pagetimer', interactive: false, user: 'ada', session: '6PbR1g==', visitor: '6PbR1g==', address: '203.0.113.7' }, line: 2 },
      { hit: { time: ten + 60_000, url: 'https://shop.example//x', type: 'event', name: 'pagetimer', interactive: false, address: '203.0.113.7' }, line: 3 },
      { hit: { time: ten + 60_000, url: 'https://shop.example/', type: 'event', name: 'pagetimer', interactive: false, session: 'kQ==', visitor: 'kQ==' }, line: 4 },
    ],
  ],
  [
    'PT06 pagetimer: its table',
    pagetimer,
    { 'pagetimer_pagevisit.csv': 'id,username,ipaddress,path,visited,session_key\n9,anonymous,2001:db8::1,/,2026-03-01 10:00:00+00,kQ==\n' },
    [{ hit: { time: ten, url: 'https://shop.example/', type: 'event', name: 'pagetimer', interactive: false, key: `9 ${ten} https://shop.example/`, session: 'kQ==', visitor: 'kQ==', address: '2001:db8::1' }, line: 2 }],
  ],
  [
    'GoatCounter: a view, an event, a campaign, a generated referrer, an app',
    goatcounter,
    {
      'goatcounter-export-shop-20260301T120000Z-0.csv': [
        goatHead,
        `/a?x=1,"Red, shoes",false,"Mozilla/5.0 (X11; Linux)",Firefox 128,Windows 10,${goatSession},0,www.example.org/list,h,"1920,1080,1",DE-BE,true,2026-03-01T11:00:00+01:00`,
        `click-banner,,true,,Chrome,macOS 14.5,${goatSession},0,spring,c,"0,0,0",XX,true,2026-03-01T10:00:00Z`,
        `/b,,false,,,,${noSession},0,Hacker News,g,,,false,2026-03-01T10:00:00Z`,
        `/c,,false,,,,,0,android-app://com.google,o,,US,false,2026-03-01T10:00:00Z`,
        `/d,,false,,,,,150,,,,,false,2026-03-01T10:00:00Z`,
      ].join('\n'),
    },
    [
      { hit: { time: ten, url: 'https://shop.example/a?x=1', type: 'pageview', title: 'Red, shoes', session: goatSession, visitor: goatSession, userAgent: 'Mozilla/5.0 (X11; Linux)', screen: '1920x1080', referrer: 'https://www.example.org/list', browser: 'Firefox', browserVersion: '128', os: 'Windows', osVersion: '10', country: 'DE', region: 'DE-BE' }, line: 2 },
      { hit: { time: ten, url: 'https://shop.example/', type: 'event', name: 'click-banner', session: goatSession, visitor: goatSession, source: 'spring', browser: 'Chrome', os: 'macOS', osVersion: '14.5' }, line: 3 },
      { hit: { time: ten, url: 'https://shop.example/b', type: 'pageview', referrer: 'https://news.ycombinator.com/' }, line: 4 },
      { hit: { time: ten, url: 'https://shop.example/c', type: 'pageview', referrer: 'android-app://com.google', country: 'US' }, line: 5 },
      { skip: 'a bot', line: 6 },
    ],
  ],
  [
    'GoatCounter: the first version of its format',
    goatcounter,
    { 'export.csv': `${oldGoatHead}\n/a,,false,0,${goatSession},true,,,Safari 17.1,"390,844,3",DE,2026-03-01T10:00:00Z\n,,false,0,,true,,,,,,2026-03-01T10:00:00Z\n` },
    [
      { hit: { time: ten, url: 'https://shop.example/a', type: 'pageview', session: goatSession, visitor: goatSession, screen: '390x844', browser: 'Safari', browserVersion: '17', country: 'DE' }, line: 2 },
      { problem: 'Path is empty', sample: ',,false,0,,true,,,,,,2026-03-01T10:00:00Z', line: 3 },
    ],
  ],
  [
    'Umami: the export of its cloud, with what its events carry',
    umami,
    {
      'event_data.csv': 'website_id,session_id,event_id,url_path,event_name,data_key,string_value,number_value,date_value,data_type,created_at,job_id\nw,s,e2,/cart,buy,revenue,19.99,19.9900,\\N,2,2026-03-01 10:00:05,\\N\nw,s,e2,/cart,buy,currency,eur,\\N,\\N,1,2026-03-01 10:00:05,\\N\nw,s,e2,/cart,buy,gift,true,\\N,\\N,3,2026-03-01 10:00:05,\\N\n',
      'website_event.csv': [
        umamiHead,
        'w,s,v,e1,shop.example,chrome,Mac OS,laptop,1440x900,en-US,DE,DE-BE,Berlin,/a,q=1,/search,q=x,www.google.com,Größe,1,,,,2026-03-01 10:00:00,\\N',
        'w,s,v,e2,www.shop.example,crios,iOS,mobile,390x844,de,US,CA,,/cart,,/a,,,,2,buy,test,ada,2026-03-01 10:00:05,\\N',
        'w,s,v,e3,shop.example,ios-webview,Android OS,tablet,,,xx,,,/p,,,,,,5,,,,2026-03-01 10:00:06,\\N',
        'w,s,v,e4,shop.example,,,,,,,,,/p,,,,,,1,,,,now,\\N',
      ].join('\n'),
    },
    [
      { hit: { time: ten, url: 'https://shop.example/a?q=1', type: 'pageview', key: 'view w e1', title: 'Größe', referrer: 'https://www.google.com/search?q=x', session: 'v', visitor: 's', screen: '1440x900', language: 'en-US', browser: 'Chrome', os: 'macOS', device: 'Desktop', country: 'DE', region: 'DE-BE', city: 'Berlin' }, line: 2, file: 1 },
      {
        hit: {
          time: ten + 5000, url: 'https://www.shop.example/cart', type: 'event', key: 'event w e2', name: 'buy', referrer: 'https://www.shop.example/a', session: 'v', visitor: 's', user: 'ada', screen: '390x844', language: 'de',
          browser: 'Chrome', os: 'iOS', device: 'Mobile', country: 'US', region: 'US-CA', props: { tag: 'test', gift: true }, revenue: { amount: '19.99', currency: 'EUR' },
        },
        line: 3,
        file: 1,
      },
      { skip: 'no page view and no event', line: 4, file: 1 },
      { problem: 'created_at is no time', sample: 'w,s,v,e4,shop.example,,,,,,,,,/p,,,,,,1,,,,now,\\N', line: 5, file: 1 },
    ],
  ],
  [
    'Umami: tables of a server of one’s own, sessions apart',
    umami,
    {
      'website_event.csv': 'event_id,website_id,session_id,created_at,url_path,url_query,referrer_path,referrer_query,referrer_domain,page_title,event_type,event_name,visit_id,tag\ne1,w,s,2026-03-01 10:00:00.25+00,/,,,,,Home,1,,v,\n',
      'session.csv': 'session_id,website_id,hostname,browser,os,device,screen,language,country,subdivision1,subdivision2,city,created_at\ns,w,shop.example,edge-chromium,Windows 10,desktop,1920x1080,fr-FR,FR,IDF,,Paris,2026-03-01 09:59:59+00\n',
    },
    [{ hit: { time: ten + 250, url: 'https://shop.example/', type: 'pageview', key: 'view w e1', title: 'Home', session: 'v', visitor: 's', screen: '1920x1080', language: 'fr-FR', browser: 'Microsoft Edge', os: 'Windows', osVersion: '10', device: 'Desktop', country: 'FR', region: 'FR-IDF', city: 'Paris' }, line: 2 }],
  ],
  [
    'Umami 1: its tables',
    umami,
    {
      'pageview.csv': 'view_id,website_id,session_id,created_at,url,referrer\n5,1,7,2026-03-01 10:00:00+00,/a?b=1,https://t.co/x\n',
      'event.csv': 'event_id,website_id,session_id,created_at,url,event_name\n5,1,7,2026-03-01 10:00:01+00,/a,signup\n',
    },
    [
      { hit: { time: ten, url: 'https://shop.example/a?b=1', type: 'pageview', key: 'view 1 5', referrer: 'https://t.co/x', session: '7', visitor: '7' }, line: 2 },
      { hit: { time: ten + 1000, url: 'https://shop.example/a', type: 'event', key: 'event 1 5', name: 'signup', session: '7', visitor: '7' }, line: 2, file: 1 },
    ],
  ],
  [
    'Matomo: a visit with all kinds of actions',
    matomo,
    {
      'visits.json': JSON.stringify([
        {
          idSite: '1', idVisit: '25', visitIp: '203.0.113.0', visitorId: 'abc', userId: 'ada', siteCurrency: 'EUR', referrerType: 'campaign', referrerName: 'Spring', referrerKeyword: 'Shoes', referrerUrl: null,
          countryCode: 'fr', regionCode: '75', region: 'Paris', city: 'Paris', languageCode: 'fr', resolution: '1024x768', deviceType: 'Smartphone', operatingSystemName: 'Android', operatingSystemVersion: '14', browserName: 'Chrome Mobile', browserVersion: '128.0', dimension2: 'member', customVariables: { 1: { customVariableName1: 'plan', customVariableValue1: 'pro' } },
          actionDetails: [
            { type: 'action', url: 'http://shop.example/a', pageTitle: 'A {"b": "\\"', pageId: '9', idpageview: 'CWrLQ5', timeSpent: '8', timestamp: ten / 1000 },
            { type: 'event', url: 'http://shop.example/a', eventCategory: 'Video', eventAction: 'play', eventName: 'intro', eventValue: 3, pageId: '10', idpageview: 'CWrLQ5', timestamp: ten / 1000 + 1 },
            { type: 'outlink', url: 'https://elsewhere.example/', pageId: '11', timestamp: ten / 1000 + 2 },
            { type: 'search', url: 'http://shop.example/find', siteSearchKeyword: 'red', siteSearchCount: '4', pageId: '12', timestamp: ten / 1000 + 3 },
            { type: 'goal', goalName: 'Sign up', goalId: '2', revenue: 0, url: 'shop.example/done', timestamp: ten / 1000 + 4 },
            { type: 'ecommerceOrder', orderId: 'o1', revenue: '20.5', items: '2', timestamp: ten / 1000 + 5 },
            { type: 'form', timestamp: ten / 1000 + 6 },
            { type: 'action', url: 'http://shop.example/b' },
          ],
        },
      ], null, 1),
    },
    [
      ...matomoHits([
        { time: ten, url: 'http://shop.example/a', key: `1 25 9 ${ten}`, type: 'pageview', title: 'A {"b": "\\"', engaged: 8000, campaign: 'spring', term: 'shoes' },
        { time: ten + 1000, url: 'http://shop.example/a', key: `1 25 10 ${ten + 1000}`, view: { key: `1 25 9 ${ten}`, time: ten }, type: 'event', name: 'play', props: { category: 'Video', label: 'intro', value: 3 } },
        { time: ten + 2000, url: 'http://shop.example/a', key: `1 25 11 ${ten + 2000}`, type: 'event', name: 'Outbound Link: Click', props: { url: 'https://elsewhere.example/' } },
        { time: ten + 3000, url: 'http://shop.example/find', key: `1 25 12 ${ten + 3000}`, type: 'event', name: 'search', props: { term: 'red', results: 4 } },
        { time: ten + 4000, url: 'http://shop.example/done', key: `1 25 goal 4 ${ten + 4000}`, type: 'event', name: 'Sign up' },
        { time: ten + 5000, url: 'http://shop.example/done', key: `1 25 ecommerceOrder 5 ${ten + 5000}`, type: 'event', name: 'purchase', props: { order: 'o1', items: 2 }, revenue: { amount: '20.5', currency: 'EUR' } },
      ]),
      { skip: 'no page view and no event', line: 1 },
      { problem: 'is an action without timestamp', sample: '{"type":"action","url":"http://shop.example/b"}', line: 1 },
    ],
  ],
  [
    'Matomo: lines, errors and what is no visit',
    matomo,
    { 'visits.ndjson': '{"idVisit":1,"fingerprint":"f","actionDetails":[{"type":"action","url":"http://shop.example/","timestamp":1772359200,"pageId":1}],"referrerType":"search","referrerName":"Google","countryCode":"xx","region":"Unknown"}\n{"idVisit":2}\n{"result":"error","message":"no access"}\n{"idVisit":\n' },
    [
      { hit: { time: ten, url: 'http://shop.example/', key: ` 1 1 ${ten}`, session: '1', visitor: 'f', source: 'google', type: 'pageview' }, line: 1 },
      { problem: 'is a visit without actionDetails: ask Matomo without doNotFetchActions', sample: '{"idVisit":2}', line: 2 },
      { problem: 'is an error that Matomo answered: no access', line: 3 },
      { problem: 'has no end, or is longer than 16 MiB', line: 4 },
    ],
  ],
  [
    'Plausible: its tables of sums',
    plausible,
    {
      'imported_visitors_20260301_20260301.csv': '"date","visitors","pageviews","bounces","visits","visit_duration"\n"2026-03-01",40,100,25,50,500\n',
      'imported_sources_20260301_20260301.csv': '"date","source","referrer","utm_source","utm_medium","utm_campaign","utm_content","utm_term","pageviews","visitors","visits","visit_duration","bounces"\n"2026-03-01","Google","google.com","","","","","",60,30,35,300,5\n',
      'imported_entry_pages_20260301_20260301.csv': '"date","entry_page","visitors","entrances","visit_duration","bounces","pageviews"\n"2026-03-01","/a",30,35,300,5,60\n',
      'imported_pages_20260301_20260301.csv': '"date","hostname","page","visits","visitors","pageviews","total_scroll_depth","total_scroll_depth_visits","total_time_on_page","total_time_on_page_visits"\n"2026-03-01","shop.example","/a",45,40,90,2000,40,900,30\n"2026-02-30","","/",1,1,1,,,,\n"2026-03-01","","/b",1,-1,1,,,,\n',
      'imported_custom_events_20260301_20260301.csv': '"date","name","link_url","path","visitors","events"\n"2026-03-01","Signup","","",3,4\n',
      'imported_browsers.csv': '"date","browser","browser_version","visitors","visits","visit_duration","bounces"\n"2026-03-01","Samsung Browser","23.0",1,1,0,1\n',
    },
    [
      { sums: { day: '2026-03-01', visitors: 40, visits: 50, entered: 50, bounced: 25, duration: 500_000, pageviews: 100, enteredViews: 100, events: 100 }, line: 2 },
      ...[['visit:source', 'Google'], ['visit:referrer', 'google.com'], ['visit:channel', 'Organic Search'], ['visit:utm_source', '(not set)'], ['visit:utm_medium', '(not set)'], ['visit:utm_campaign', '(not set)'], ['visit:utm_content', '(not set)'], ['visit:utm_term', '(not set)']].map(([dimension, label]) => ({
        sums: { day: '2026-03-01', visitors: 30, visits: 35, entered: 35, bounced: 5, duration: 300_000, pageviews: 60, enteredViews: 60, dimension, label },
        line: 2,
        file: 1,
      })),
      { sums: { day: '2026-03-01', dimension: 'visit:entry_page', label: '/a', visitors: 30, visits: 35, pageviews: 60, entered: 35, bounced: 5, duration: 300_000, enteredViews: 60 }, line: 2, file: 2 },
      { sums: { day: '2026-03-01', dimension: 'event:page', label: '/a', entered: 35, bounced: 5, duration: 300_000, enteredViews: 60 }, line: 2, file: 2 },
      { sums: { day: '2026-03-01', dimension: 'event:page', label: '/a', visitors: 40, pageviews: 90, events: 90, visits: 45, scroll: 2000, scrolled: 40, engaged: 900_000, engagedVisits: 30 }, line: 2, file: 3 },
      { problem: 'date is no day', sample: '2026-02-30,,/,1,1,1,,,,', line: 3, file: 3 },
      { problem: 'visitors is no whole number from 0', sample: '2026-03-01,,/b,1,-1,1,,,,', line: 4, file: 3 },
      { sums: { day: '2026-03-01', events: 4 }, line: 2, file: 4 },
      { sums: { day: '2026-03-01', dimension: 'event:name', label: 'Signup', events: 4, visitors: 3 }, line: 2, file: 4 },
      { sums: { day: '2026-03-01', dimension: 'event:goal', label: 'Signup', events: 4, visitors: 3 }, line: 2, file: 4 },
      { sums: { day: '2026-03-01', dimension: 'visit:browser', label: 'Samsung Internet', visitors: 1, visits: 1, entered: 1, bounced: 1, duration: 0 }, line: 2, file: 5 },
      { sums: { day: '2026-03-01', dimension: 'visit:browser_version', label: '23', visitors: 1, visits: 1, entered: 1, bounced: 1, duration: 0 }, line: 2, file: 5 },
    ],
  ],
]

/** Hits of the visit above, with what it says of all of them. */
function matomoHits(hits: readonly { props?: object; [field: string]: unknown }[]): unknown[] {
  return hits.map(({ props, ...hit }) => ({
    hit: {
      session: '1 25', visitor: 'abc', user: 'ada', address: '203.0.113.0', os: 'Android', osVersion: '14', browser: 'Chrome', browserVersion: '128', device: 'Mobile', country: 'FR', region: 'FR-75', city: 'Paris', screen: '1024x768', language: 'fr',
      ...hit,
      props: { dimension2: 'member', plan: 'pro', ...props },
    },
    line: 1,
  }))
}

test.each(cases)('%s', async (_, format, files, rows) => {
  for (const [name, text] of Object.entries(files)) expect(format.detects(fileOf(name, text)), name).toBe(true)
  expect((await readImport(format, files)).rows).toEqual(rows)
})

test.each(cases)('goes on from wherever it stopped: %s', async (_, format, files, rows) => {
  const { stops } = await readImport(format, files)
  for (const { next, rows: before } of stops) expect((await readImport(format, files, { from: next })).rows).toEqual(rows.slice(before))
})

test('files are detected by one format each, and others by none', () => {
  const formats = [umami, goatcounter, matomo, plausible, plainPageviews, pagetimer]
  for (const [, format, files] of cases) {
    for (const [name, text] of Object.entries(files)) expect(formats.filter((each) => each.detects(fileOf(name, text)))).toEqual([format])
  }
  const others: Files = {
    'session_data.csv': 'website_id,session_id,data_key,string_value,number_value,date_value,data_type,created_at,job_id\n',
    'imported_weather.csv': '"date","rain"\n',
    'access.log': '203.0.113.7 - - [01/Mar/2026:10:00:00 +0000] "GET / HTTP/1.1" 200 1\n',
    'hits.ndjson': '{"site":"shop","id":"x"}\n',
    'empty.csv': '',
  }
  for (const [name, text] of Object.entries(others)) expect(formats.filter((each) => each.detects(fileOf(name, text))), name).toEqual([])
})

test('GoatCounter’s later format is refused by its number', async () => {
  await expect(readImport(goatcounter, { 'export.csv': goatHead.replace('2Path', '3Path') })).rejects.toThrow("export.csv is GoatCounter's format 3, and 1 and 2 are known")
})

test('pages without a host say what is missing', async () => {
  const { rows } = await readImport(pagetimer, { 'pagevisits.csv': `${timerHead}\n2026-03-01 10:00:00,ada,k,203.0.113.7,/\n` }, { host: '' })
  expect(rows).toMatchObject([{ problem: 'names no host of its page: say it with --host', line: 2 }])
})

test.each<[string, string, string | undefined]>([
  ['2026-03-01 10:00:00', 'UTC', '2026-03-01T10:00:00.000Z'],
  ['2026-03-01 10:00:00.5', 'Europe/Berlin', '2026-03-01T09:00:00.500Z'],
  ['2026-07-01T10:00:00', 'Europe/Berlin', '2026-07-01T08:00:00.000Z'],
  ['2026-03-01 10:00:00+00', 'Europe/Berlin', '2026-03-01T10:00:00.000Z'],
  ['2026-03-01 10:00:00.123456-05:30', 'UTC', '2026-03-01T15:30:00.123Z'],
  ['2026-03-01 10:00:00 UTC', 'Asia/Tokyo', '2026-03-01T10:00:00.000Z'],
  ['2026-02-30 10:00:00', 'UTC', undefined],
  ['2026-03-29 02:30:00', 'Europe/Berlin', undefined],
  ['01/03/2026 10:00', 'UTC', undefined],
])('reads %s in %s as %s', (text, zone, expected) => {
  const time = readTime(text, zone)
  expect(time === undefined ? undefined : new Date(time).toISOString()).toBe(expected)
})
