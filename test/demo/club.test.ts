import { createReferenceStore, createValues, type StoredHit } from '@treadlight/store'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { serve } from 'srvx'
import { createStorage } from 'unstorage'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { createCollector } from '../../packages/collector/src/collector.ts'
import { createClub, type Club } from '../../demo/src/club.ts'

// The article's setup as somebody would have it: an Express app with middleware, notice, ignore list and queue, and a collector.

const userSecret = 'what the club vouches for its visitors with'
const asBrowser = {
  accept: 'text/html',
  'sec-fetch-dest': 'document',
  'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
}

let store: ReturnType<typeof createReferenceStore>
let folder: string
let club: Club
let site: string
const closing: (() => Promise<unknown>)[] = []

beforeAll(async () => {
  store = createReferenceStore()
  const collector = createCollector({ store, values: createValues(createStorage()), timezone: 'UTC', userSecrets: [userSecret] })
  const server = serve({ fetch: collector.fetch, port: 0, hostname: '127.0.0.1', silent: true, gracefulShutdown: false })
  await server.ready()
  folder = await mkdtemp(join(tmpdir(), 'treadlight-club-'))
  const { token } = await collector.tokens.create('club', ['hits'])
  club = createClub({ collector: server.url!, token, userSecret, folder })
  const app = createServer(club.app as never).listen(0, '127.0.0.1')
  await once(app, 'listening')
  site = `http://127.0.0.1:${(app.address() as AddressInfo).port}/demo/club`
  closing.push(
    () => new Promise((resolve) => app.close(resolve)),
    () => club.tracking.close(),
    () => server.close(true),
    () => rm(folder, { recursive: true }),
  )
})
afterAll(async () => {
  for (const close of closing) await close()
})

/** Hits that were made so far. */
let made = 0
/** Of the browser. */
let cookies: Map<string, string>
beforeEach(() => void (cookies = new Map()))

/** @param hits that it makes */
async function visit(path: string, hits: number, method = 'GET'): Promise<{ status: number; html: string; headers: Headers }> {
  made += hits
  const cookie = [...cookies].map((pair) => pair.join('=')).join('; ')
  const response = await fetch(site + path, { method, redirect: 'manual', headers: { ...asBrowser, ...(cookie && { cookie }) } })
  for (const given of response.headers.getSetCookie()) {
    const [, name, value] = /^([^=]+)=([^;]*)/.exec(given)!
    if (/max-age=0/i.test(given)) cookies.delete(name!)
    else cookies.set(name!, value!)
  }
  return { status: response.status, html: await response.text(), headers: response.headers }
}

/** What the collector has once all that was made is delivered: an answer is out before its view is made. */
async function stored(): Promise<StoredHit[]> {
  const hits: StoredHit[] = []
  await expect
    .poll(async () => {
      await club.tracking.flush()
      hits.length = 0
      for await (const hit of store.hits({ site: 'default', order: 'oldest' })) hits.push(hit)
      return hits.length
    })
    .toBe(made)
  return hits
}

const notice = 'aria-label="Cookies"'

test('AR01, AR02, AR06: one id for a visitor, and a notice on the first page alone', async () => {
  const before = (await stored()).length
  const first = await visit('/', 1)
  const second = await visit('/walks/harbour', 1)
  expect([first.html.includes(notice), second.html.includes(notice)]).toEqual([true, false])
  expect(second.headers.getSetCookie()).toEqual([])
  const views = (await stored()).slice(before)
  expect(views.map(({ type, path, title, origin, browser }) => [type, path, title, origin, browser])).toEqual([
    ['pageview', '/demo/club/', 'The Slow Club', 'server', 'Firefox'],
    ['pageview', '/demo/club/walks/harbour', 'Round the harbour', 'server', 'Firefox'],
  ])
  expect(views[0]!.session).not.toBe('')
  expect(new Set(views.map(({ session }) => session)).size).toBe(1)
})

test('AR03, AR04: what is on the ignore list, missing or a redirect is no view; the form is an event', async () => {
  const before = (await stored()).length
  expect((await visit('/back-office', 0)).status).toBe(200)
  expect((await visit('/walks/nowhere', 0)).status).toBe(404)
  expect((await visit('/join', 1, 'POST')).status).toBe(303)
  const hits = (await stored()).slice(before)
  expect(hits.map(({ type, name, props }) => ({ type, name, props }))).toEqual([{ type: 'event', name: 'join', props: { club: 'slow' } }])
})

test('SS30: who refuses has no cookie that tells anybody apart, and is asked no more', async () => {
  await visit('/', 1)
  const id = [...cookies.values()].find((value) => value.length > 40)
  expect(id).toBeDefined()
  await visit('/consent/refuse', 0, 'POST')
  const { html } = await visit('/', 1)
  expect(html).not.toContain(notice)
  expect([...cookies.values()]).not.toContain(id)
  expect((await stored()).at(-1)!.session).toBe('')
})

test('SS30: who accepts keeps the id for no more than 13 months', async () => {
  await visit('/', 1)
  const { headers } = await visit('/consent/accept', 0, 'POST')
  const ages = headers.getSetCookie().map((cookie) => Number(/max-age=(\d+)/i.exec(cookie)?.[1]))
  expect(ages.length).toBeGreaterThan(1)
  for (const age of ages) expect(age).toBeLessThanOrEqual(396 * 86_400)
})

test('PV02, SS34: the tag names the view that the server counts, and no secret', async () => {
  const { html } = await visit('/', 1)
  const view = /data-view="([^"]+)"/.exec(html)![1]
  expect((await stored()).at(-1)!.id).toBe(view)
  expect(html).not.toMatch(/tl_/)
  expect(html).not.toContain(userSecret)
})
