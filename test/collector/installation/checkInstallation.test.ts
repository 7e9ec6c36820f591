import { createValues } from '@treadlight/store'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createStorage } from 'unstorage'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { catalogue, type Finding, type FindingCode } from '../../../packages/collector/src/installation/findings.ts'
import { pageFindings } from '../../../packages/collector/src/installation/pageFindings.ts'
import type { CollectorOptions } from '../../../packages/collector/src/collector.ts'
import { createTestCollector, logInOwner, type TestCollector } from '../collector.ts'

type Answer = (response: ServerResponse) => void

interface Case {
  /** What the page's HTML has in its head, or what it answers. */
  page?: string | Answer
  headers?: Record<string, string>
  path?: string
  collector?: Partial<CollectorOptions>
  before?: (collector: TestCollector, host: string) => Promise<unknown>
  /** Part of the message. */
  says: string
}

const tag = '<script defer src="https://stats.example/t.js"></script>'
const openTag = '<script defer src="https://stats.example/t.js" data-ignore=""></script>'
const page = 'https://shop.example'
const settings = (some: object): Partial<CollectorOptions> => ({ settings: some })
const redirect = (to: string): Answer => (response) => response.writeHead(302, { location: to }).end()

/** A finding each, as the check of a real page has it; `tag-insecure` is below, because it takes TLS. */
const table: [FindingCode, Case][] = [
  ['unreachable', { page: (response) => response.destroy(), says: 'does not answer: ECONNRESET' }],
  ['address-refused', { page: redirect('http://169.254.169.254/latest/meta-data/'), says: '169.254.169.254 is no public address' }],
  ['redirects', { page: redirect('/again'), says: 'More than 3 redirects' }],
  ['status', { page: (response) => response.writeHead(401).end(), says: 'status 401' }],
  ['not-html', { page: tag, headers: { 'content-type': 'application/json' }, says: 'The answer is application/json' }],
  ['cut', { page: `${tag}<!--${'x'.repeat(1_100_000)}-->`, says: 'longer than 1 MB' }],
  ['tag-found', { page: tag, says: 'The tag is there: https://stats.example/t.js' }],
  ['tag-missing', { page: '<!-- <script src="https://stats.example/t.js"></script> --><script>"<script src=https://stats.example/t.js>"</script>', says: 'No tag of this collector' }],
  ['tag-twice', { page: tag + openTag, says: 'The tag is there 2 times' }],
  ['tag-elsewhere', { page: '<script src="https://other.example/t.js"></script>', says: 'https://other.example/t.js posts to https://other.example/hit' }],
  ['tag-module', { page: '<script type="module" src="https://stats.example/t.js"></script>', says: 'type="module"' }],
  ['tag-waiting', { page: '<script type="text/plain" src="https://stats.example/t.js"></script>', says: 'type="text/plain", so browsers do not run it' }],
  ['tag-pinned', { page: '<script src="https://stats.example/t.js" integrity="sha384-x" crossorigin></script>', says: 'changes with each update' }],
  ['before-send', { page: '<script src="https://stats.example/t.full.js" data-before-send="tidy"></script>', says: 'function tidy' }],
  ['ignores-page', { page: tag, says: 'on its own machine' }],
  ['foreign-script', { page: '<script src="https://cdn.example/umami.js" data-host-url="https://stats.example"></script>', says: 'umami.js is another product' }],
  ['policy-script', { page: tag, headers: { 'content-security-policy': "script-src 'self'" }, says: 'script-src does not allow https://stats.example' }],
  ['policy-connect', { page: `<meta http-equiv="Content-Security-Policy" content="connect-src 'self'">${tag}`, says: 'connect-src does not allow https://stats.example' }],
  ['site-other', { page: tag, collector: { sites: [{ id: 'blog', timezone: 'UTC', hosts: ['127.0.0.1'] }] }, says: 'count for the site blog' }],
  ['host-unknown', { page: tag, collector: settings({ hosts: ['shop.example'] }), says: 'the setting hosts does not list it' }],
  ['path-excluded', { page: tag, path: '/admin/users', collector: settings({ exclude: { paths: ['/admin'], addresses: [] } }), says: '/admin/users are dropped' }],
  ['asks-not', { page: tag, collector: { respect: { gpc: 'forwarding', dnt: true } }, says: 'ask not to be counted' }],
  ['own-browser', { page: tag, before: ignoreOwn, says: 'Visits of this browser' }],
  ['dropped', { page: tag, before: ({ post }, host) => post({ type: 'pageview', url: `http://${host}/` }, { 'user-agent': 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)' }), says: 'were dropped lately: bot' }],
  ['received', { page: tag, before: ({ post }, host) => post({ type: 'pageview', url: `http://${host}/` }, browser), says: 'within the last ten minutes' }],
  ['not-received', { page: tag, says: 'No hit of 127.0.0.1' }],
]

const browser = { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0' }
let server: Server
let host: string
let answer: Answer
let asked: string[] = []
let ownCookie = ''
// Shared, so that one log-in is good for the collectors of all tests: each costs a quarter of a second.
const values = createValues(createStorage())
let cookie: string
const createLocal = (options: Partial<CollectorOptions> = {}): TestCollector => createTestCollector({ values, ...options })

async function ignoreOwn({ request }: TestCollector): Promise<void> {
  const response = await request('/api/own-visits', { method: 'POST', headers: { cookie, 'content-type': 'application/json' }, body: '{}' })
  ownCookie = response.headers.getSetCookie()[0]!.split(';')[0]!
}

beforeAll(async () => {
  cookie = await logInOwner(createLocal())
  server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url} ${request.headers['user-agent']}`)
    answer(response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => server.close())

async function check(collector: TestCollector, body: object, origin = 'http://localhost'): Promise<Response> {
  const headers = { cookie: `${cookie}; ${ownCookie}`, 'content-type': 'application/json' }
  return collector.request(`${origin}/api/check-installation`, { method: 'POST', headers, body: JSON.stringify({ collector: 'https://stats.example/', ...body }) })
}

async function findingsOf({ page: html = '', headers = {}, path = '/', collector: options = {}, before }: Case): Promise<Finding[]> {
  const collector = createLocal({ isLocal: true, ...options })
  answer = typeof html === 'function' ? html : (response) => response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', ...headers }).end(`<!doctype html><head>${html}</head>`)
  asked = []
  ownCookie = ''
  await before?.(collector, host)
  const response = await check(collector, { url: `http://${host}${path}` })
  expect(response.status).toBe(200)
  return ((await response.json()) as { findings: Finding[] }).findings
}

describe('check of an installation', () => {
  test.for(table)('finds %s', async ([code, row]) => {
    const findings = await findingsOf(row)
    const found = findings.find((each) => each.code === code)
    expect(found, JSON.stringify(findings)).toMatchObject({ code, ...catalogue[code] })
    expect(found!.message).toContain(row.says)
  })

  test('has a row for every finding', () => {
    expect(new Set([...table.map(([code]) => code), 'tag-insecure'])).toEqual(new Set(Object.keys(catalogue)))
  })

  test('tag-insecure: a script that browsers refuse on a page over TLS', () => {
    const answered = { status: 200, header: (name: string) => (name === 'content-type' ? 'text/html' : ''), body: '<script src="http://stats.example/t.js"></script>', isCut: false }
    expect(pageFindings({ ...answered, url: new URL(page) }, new URL('https://stats.example/')).map(({ code }) => code)).toContain('tag-insecure')
  })

  test('finds nothing to mend where all is well', async () => {
    const findings = await findingsOf({ page: openTag, says: '', before: ({ post }) => post({ type: 'pageview', url: `http://${host}/` }, browser), headers: { 'content-security-policy': 'script-src https://stats.example; connect-src https:' } })
    expect(findings.map(({ code }) => code)).toEqual(['tag-found', 'received'])
    expect(asked).toEqual([expect.stringMatching(/^GET \/ Treadlight\/\S+ \(installation check/)])
  })

  test('follows redirects, and judges the page that they lead to', async () => {
    let times = 0
    const findings = await findingsOf({ page: (response) => (times++ === 0 ? redirect('/admin')(response) : response.writeHead(200, { 'content-type': 'text/html' }).end(openTag)), collector: settings({ exclude: { paths: ['/admin'], addresses: [] } }), says: '' })
    expect(findings.map(({ code }) => code)).toEqual(['tag-found', 'path-excluded', 'not-received'])
  })

  test('repeats no more of a page than 200 letters, on one line', async () => {
    const [found] = await findingsOf({ page: `<script src="https://other.example/${'é'.repeat(3000)}/t.js"></script>`, says: '' })
    expect(found!.code).toBe('tag-elsewhere')
    expect(found!.message.length).toBeLessThan(450)
  })
})

describe('what it may ask for: reliability row 30', () => {
  test.for([
    'http://10.0.0.1/',
    'http://192.168.1.1/',
    'http://169.254.169.254/latest/meta-data/',
    'http://0x7f.1/',
    'http://2130706433/',
    'http://[::1]/',
    'http://[::ffff:127.0.0.1]/',
    'http://[::ffff:10.0.0.1]/',
    'http://[fd00::1]/',
    'http://[fe80::1]/',
    'http://[64:ff9b::a00:1]/',
    'http://[::10.0.0.1]/',
    'http://[4000::1]/',
    'http://[fec0::1]/',
    'http://[2002:a00:1::]/',
    'http://100.64.0.1/',
    'http://0.0.0.0/',
    'http://localhost/',
    'https://203.0.113.1:25/',
  ])('refuses %s', async (url) => {
    const response = await check(createLocal(), { url })
    const { findings } = (await response.json()) as { findings: Finding[] }
    expect(findings[0]).toMatchObject({ code: 'address-refused' })
  })

  test.for<[string, unknown]>([
    ['another scheme', 'file:///etc/passwd'],
    ['a script', 'javascript:alert(1)'],
    ['credentials', 'https://user:secret@shop.example/'],
    ['no address', 'shop'],
    ['nothing', undefined],
    ['a list', ['https://shop.example/', 'https://shop.example/']],
    ['something long', `https://shop.example/${'x'.repeat(3000)}`],
  ])('answers 400 to %s', async ([, url]) => {
    const response = await check(createLocal(), { url })
    expect([response.status, ((await response.json()) as { error: string }).error.slice(0, 5)]).toEqual([400, 'url: '])
  })

  test('pages of this machine only where the collector is tried there', async () => {
    const loopback = `http://${host}/`
    const codeOf = async (collector: TestCollector, origin?: string) => ((await (await check(collector, { url: loopback }, origin)).json()) as { findings: Finding[] }).findings[0]!.code
    answer = (response) => response.writeHead(200, { 'content-type': 'text/html' }).end()
    expect(await codeOf(createLocal({ isLocal: true }))).toBe('tag-missing')
    expect(await codeOf(createLocal())).toBe('address-refused')
    // Behind a proxy.
    expect(await codeOf(createLocal({ isLocal: true }), 'http://stats.example')).toBe('address-refused')
  })

  test('ten checks a minute', async () => {
    const collector = createLocal()
    for (let count = 0; count < 10; count++) expect((await check(collector, { url: 'http://10.0.0.1/' })).status).toBe(200)
    const response = await check(collector, { url: 'http://10.0.0.1/' })
    expect([response.status, response.headers.get('retry-after')]).toEqual([429, '6'])
  })

  test('a site that there is not', async () => {
    const response = await check(createLocal(), { url: page, site_id: '__proto__' })
    expect([response.status, await response.json()]).toEqual([400, { error: 'site_id: "__proto__" is unknown; it must be "default", or a host of such a site' }])
  })
})
