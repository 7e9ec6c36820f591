import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { loadConfig } from '../../packages/collector/src/config.ts'
import { describePrivacy, printPrivacy, type DescribedSettings } from '../../packages/collector/src/privacy/describePrivacy.ts'
import { createTestCollector } from './collector.ts'

const secret = 'k3Jx0v9QmT7wYp2LrZ8bNd4sHf6gCa1E'
const defaults: DescribedSettings = {
  privacy: 'default',
  visitor: 'daily',
  userSecrets: [],
  associateAnonymous: true,
  respect: { gpc: 'forwarding', dnt: false },
  place: { headers: 'off', precision: 'city' },
  page: { referrer: 'full', clickIds: true },
  timezone: 'Europe/Berlin',
  retention: { anonymous: 90, authenticated: 365, sums: true },
  store: { type: 'storage', path: './hits.ndjson' },
  storage: { driver: 'fs', base: '/srv/secret-place' },
}
const say = (settings: Partial<DescribedSettings> = {}): string => printPrivacy(describePrivacy({ ...defaults, ...settings }))

const computed = /computed from the site, the internet address/
const sessionsKept = /Session ids that browsers send are stored/
const gpcDropped = /Global Privacy Control are not counted/
const dntDropped = /Do Not Track are not counted/
const usersKept = /The id of a signed-in user is stored/

/** Every sentence that depends on a setting: what is said with it, and what is not. */
describe.each<[string, Partial<DescribedSettings>, said: RegExp[], unsaid: RegExp[]]>([
  ['nothing set', {}, [computed, /\(Europe\/Berlin\) and is deleted two days after/, /It is not stored, not in parts/, /deleted 90 days after the visit\./, /erased where it is found by the number of the visitor\./, /in: to tell visitors apart, to keep out abuse and to know a hit again/, /files on the collector’s machine/, /does not know who visits/, /counted here, and handed to nobody/, /Do Not Track makes no difference/, /country, region and city/, /stored with its parameters/, /with its whole address/, /advertisement are stored where/, /No identifier that a browser sends is stored/], [sessionsKept, usersKept, gpcDropped, dntDropped, /recognised by it/, /newest/, /365/, /id of the user|id of a session/, /in a table/]],
  ['visitor: none', { visitor: 'none' }, [/not told apart/, /while a hit is taken in: to keep out abuse and to know/, /No identifier that a browser sends is stored/], [computed, sessionsKept, /to tell visitors apart/]],
  ['place.database', { place: { ...defaults.place, database: '/srv/secret-place/places.mmdb' } }, [/to look up the place in a table that the collector has/], []],
  ['visitor: none: nobody to be found', { visitor: 'none' }, [/Nothing that is stored says whose it is/], [/can be erased|number of the visitor/]],
  ['visitor: none, and users', { visitor: 'none', userSecrets: [secret] }, [/found by the id of the user or the id of a session\./], [/says whose it is/, /number of the visitor/]],
  ['visitor: session: erasing', { visitor: 'session' }, [/found by the id of a session or the number of the visitor\./], [/id of the user/]],
  ['everybody to be found', { visitor: 'cookie', userSecrets: [secret] }, [/found by the id of the user, the id of a session or the number of the visitor\./, /90 days after the visit; where the user is known, 365 days/], []],
  ['storage: memory', { storage: { driver: 'memory' } }, [/stored in the collector’s memory\./, /All of it is gone when the collector ends/, /deleted 90 days after the visit, if it is still there\./], [/within about a day/, /came to stays/]],
  ['visitor: session', { visitor: 'session' }, [computed, sessionsKept, /sessionStorage of the tab/], [/No identifier that a browser sends/, /recognised by it/]],
  ['visitor: cookie', { visitor: 'cookie' }, [computed, sessionsKept, /recognised by it for as long as the browser has the same one/, /sessionStorage of the tab/], [/No identifier that a browser sends/]],
  ['userSecrets', { userSecrets: [secret] }, [usersKept, /signed in counts as the user’s, if the session is known from the site’s server/, /somebody else is signed in/], [/does not know who visits/, /known by the browser/]],
  ['userSecrets and sessions', { userSecrets: [secret], visitor: 'session' }, [usersKept, /if the session is known by the browser or from the site’s server/], []],
  ['associateAnonymous: false', { userSecrets: [secret], associateAnonymous: false }, [/not brought together with the user/], [/counts as the user’s/]],
  ['respect.gpc: counting', { respect: { gpc: 'counting', dnt: false } }, [gpcDropped], [dntDropped, /counted here/]],
  ['respect.dnt', { respect: { gpc: 'forwarding', dnt: true } }, [dntDropped], [gpcDropped, /makes no difference/]],
  ['place.precision: region', { place: { headers: 'off', precision: 'region' } }, [/no more than country and region/], [/city/]],
  ['place.precision: country', { place: { headers: 'off', precision: 'country' } }, [/no more than the country/], [/region|city/]],
  ['page.referrer: origin', { page: { referrer: 'origin', clickIds: true } }, [/only the site is stored/, /the site that led to it/], [/whole address/, /title of the page, the page/]],
  ['page.clickIds: false', { page: { referrer: 'full', clickIds: false } }, [/advertisement are not stored by themselves, but the URL may have one/], [/advertisement are stored/]],
  ['page.clickIds: false, and no parameters', { page: { referrer: 'full', clickIds: false, params: [] } }, [/advertisement are not stored\./], [/may have one/]],
  ['page.clickIds: false, and one among the parameters', { page: { referrer: 'full', clickIds: false, params: ['gclid'] } }, [/not stored by themselves, but as parameters/], [/are not stored\./]],
  ['page.params: none', { page: { ...defaults.page, params: [] } }, [/parameters of the URL are not stored/], [/with its parameters/]],
  ['page.params: some', { page: { ...defaults.page, params: ['q', 'page'] } }, [/only these are stored: q, page\./], [/with its parameters/, /are not stored: what/]],
  ['address: cut', { address: 'cut' }, [/last 8 bits of an IPv4 address, without the last 80 bits/], [/not in parts/]],
  ['retention.sums: false', { retention: { ...defaults.retention, sums: false } }, [], [/came to stays/]],
  ['retention', { userSecrets: [secret], retention: { anonymous: 1, authenticated: 30, newest: 1_000_000, sums: true } }, [/What the visits of a day came to stays/, /1 day after the visit; where the user is known, 30 days/, /newest 1,000,000 hits of a site/], [/365/]],
  ['storage: redis', { storage: { driver: 'redis', url: 'redis://ada:hunter2@db.internal' } }, [/a Redis database/], [/hunter2|internal|ada/]],
  ['destinations', { destinations: [{ name: 'ga4' }, { name: 'webhook' }] }, [/handed to other systems too, as they come: ga4 and webhook\./, /without its last part/, /Global Privacy Control, is not/], [/Nothing is forwarded/]],
  ['a storage of their own', { storage: { driver: 'flopppy', disk: 'A' } }, [/a storage called flopppy/], []],
  ['store: ndjson', { store: { type: 'ndjson', path: '/srv/hits.ndjson' } }, [/in a text file on the collector’s machine; small values such as keys of the day lie in files/], [/came to stays/]],
])('with %s', (_, settings, said, unsaid) => {
  test('it is said', () => {
    for (const sentence of said) expect(say(settings)).toMatch(sentence)
  })
  test('and nothing that is not so', () => {
    for (const sentence of [...unsaid, /secret/, /\/srv/, new RegExp(secret)]) expect(say(settings)).not.toMatch(sentence)
  })
})

test('the strict preset says nothing of what it does not keep', async () => {
  const said = printPrivacy(describePrivacy(await loadConfig({ env: { TREADLIGHT_PRIVACY: 'strict' }, folder: '/nowhere' })))
  for (const sentence of [/deleted 90 days after the visit\./, /Nothing that is stored says whose it is/, /advertisement are not stored\./, /the site that led to it/]) expect(said).toMatch(sentence)
  expect(said).not.toMatch(/365|user is known|can be erased|in a table|HMAC|may have one/)
})

describe('GET /privacy', () => {
  test('is a page for anybody, with its own style and nothing else', async () => {
    const { request } = createTestCollector({ privacyPage: describePrivacy(defaults) })
    const response = await request('/privacy')
    const page = await response.text()
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
    const policy = response.headers.get('content-security-policy') ?? ''
    const style = /<style>(.*)<\/style>/s.exec(page)?.[1] ?? ''
    expect(policy).toBe(
      `default-src 'none'; style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    )
    expect(style).toContain('color-scheme: light dark')
    expect(page).not.toMatch(/<script|style=| on\w+=|<img|<link/)
    for (const { title, sentences } of describePrivacy(defaults)) {
      expect(page).toContain(`<h2>${title}</h2>`)
      for (const sentence of sentences) expect(page).toContain(`<p>${sentence}</p>`)
    }
  })

  test('input 11: what a setting holds is text there', async () => {
    const settings = { ...defaults, page: { ...defaults.page, params: [`<img src=x onerror="alert('1')">&`] } }
    const { request } = createTestCollector({ privacyPage: describePrivacy(settings) })
    const page = await (await request('/privacy')).text()
    expect(page).toContain('&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;')
    expect(page).not.toContain('<img')
  })
})
