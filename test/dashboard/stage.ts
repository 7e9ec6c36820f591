import { createReferenceStore, type StoredHit } from '@treadlight/store'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import { serve as listen } from 'srvx'
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest'
import { createCollector, type Collector, type CollectorOptions } from '../../packages/collector/src/collector.ts'
import { loadConfig } from '../../packages/collector/src/config.ts'
import { openStore, type AnyStore } from '../../packages/collector/src/openStore.ts'
import { launchChromium } from '../browsers/chromium.ts'

export type { Page }

/** What the tests of the page play on: a browser for all of them; for each a real collector over a folder, and the owner's page. */
export interface DashboardStage {
  readonly browser: Browser
  readonly context: BrowserContext
  readonly page: Page
  readonly collector: Collector
  readonly store: AnyStore
  /** Where it listens, ending in a slash. */
  readonly url: string
  readonly password: string
  /** What must not happen: uncaught errors, violations of the page's policy, requests to elsewhere. Each test ends with none. */
  readonly mishaps: string[]
  /** What the collector has answered, `METHOD path status`, oldest first. */
  readonly answered: readonly string[]
  /** Resolves once the page has asked nothing for a while: all that it asks by itself at first has its answer. */
  quiet(): Promise<void>
  /** Answers instead of the collector where it says something: for trouble on the way. One that takes its time makes the collector slow. */
  intercept: Intercept | undefined
  /** Stores hits of the site as they are. */
  append(hits: readonly StoredHit[]): Promise<void>
  /** Opens the dashboard logged in: `open('?period=7d')`. */
  open(search?: string): Promise<Page>
  /** What a store that is simple enough to be right says of the same hits. */
  reference(): Promise<AnyStore>
}

type Intercept = (request: Request) => Response | undefined | Promise<Response | undefined>

export interface DashboardStageOptions {
  /** @default UTC */
  timezone?: string
  collector?: Partial<CollectorOptions>
  context?: BrowserContextOptions
}

/** Sets the stage for a file of tests. The site is `default`: give hits `site: 'default'`. */
export function setDashboardStage({ timezone = 'UTC', collector: collectorOptions = {}, context: contextOptions = {} }: DashboardStageOptions = {}): DashboardStage {
  let browser: Browser
  let running: Awaited<ReturnType<typeof start>>
  let context: BrowserContext
  let page: Page
  let mishaps: string[]

  beforeAll(async () => {
    browser = await launchChromium()
  })
  afterAll(() => browser.close())
  beforeEach(async () => {
    mishaps = []
    stage.intercept = undefined
    running = await start(timezone, collectorOptions, (request) => stage.intercept?.(request))
    context = await browser.newContext({ colorScheme: 'light', locale: 'en-GB', viewport: { width: 1280, height: 900 }, ...contextOptions })
    page = await watchPage(context, running.url, mishaps)
  })
  afterEach(async () => {
    await context.close()
    await running.close()
    expect(mishaps).toEqual([])
  })

  const stage: DashboardStage = {
    get browser() {
      return browser
    },
    get context() {
      return context
    },
    get page() {
      return page
    },
    get collector() {
      return running.collector
    },
    get store() {
      return running.store
    },
    get url() {
      return running.url
    },
    get password() {
      return running.password
    },
    get mishaps() {
      return mishaps
    },
    get answered() {
      return running.answered
    },
    async quiet() {
      for (let before = -1; before !== running.answered.length; await sleep(600)) before = running.answered.length
    },
    intercept: undefined,
    async append(hits) {
      for (let start = 0; start < hits.length; start += 1000) await running.store.append(hits.slice(start, start + 1000))
    },
    async open(search = '') {
      await context.addCookies([await running.logIn()])
      await page.goto(`${running.url}dashboard/${search}`)
      return page
    },
    async reference() {
      const reference = createReferenceStore()
      const hits: StoredHit[] = []
      for await (const hit of running.store.hits({ site: 'default' })) hits.push(hit)
      await reference.append(hits)
      return reference
    },
  }
  return stage
}

async function start(timezone: string, options: Partial<CollectorOptions>, intercept: Intercept) {
  const folder = await mkdtemp(join(tmpdir(), 'treadlight-'))
  const config = await loadConfig({ env: { TREADLIGHT_TIMEZONE: timezone, TREADLIGHT_STORAGE_BASE: join(folder, 'data'), TREADLIGHT_STORAGE_SYNC: 'false' }, folder })
  const { store, values, problems, close } = await openStore(config)
  const collector = createCollector({ store, values, problems, timezone, ...options })
  const password = (await collector.users.setUp())!
  const answered: string[] = []
  const server = listen({
    hostname: '127.0.0.1',
    port: 0,
    silent: true,
    gracefulShutdown: false,
    async fetch(request) {
      const response = (await intercept(request)) ?? (await collector.fetch(request))
      answered.push(`${request.method} ${new URL(request.url).pathname} ${response.status}`)
      return response
    },
  })
  await server.ready()
  const url = new URL('/', server.url!).href

  async function logIn() {
    const headers = { 'content-type': 'application/json' }
    const response = await fetch(`${url}api/login`, { method: 'POST', headers, body: JSON.stringify({ password }) })
    if (response.status !== 204) throw new Error(`log-in: ${response.status} ${await response.text()}`)
    const [name = '', value = ''] = response.headers.getSetCookie()[0]!.split(';')[0]!.split('=')
    return { name, value, url, httpOnly: true, sameSite: 'Strict' as const }
  }

  return {
    collector,
    store,
    url,
    password,
    answered,
    logIn,
    async close() {
      await server.close(true)
      await collector.flush()
      await close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function watchPage(context: BrowserContext, url: string, mishaps: string[]): Promise<Page> {
  const page = await context.newPage()
  page.setDefaultTimeout(10_000)
  page.on('pageerror', (error) => mishaps.push(String(error)))
  page.on('request', (request) => {
    if (!request.url().startsWith(url) && !/^(blob|data):/.test(request.url())) mishaps.push(request.url())
  })
  await page.exposeFunction('onViolation', (violation: string) => mishaps.push(violation))
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      const { onViolation } = window as unknown as { onViolation: (violation: string) => void }
      onViolation(`${event.violatedDirective}: ${event.blockedURI} ${event.sample}`)
    })
  })
  return page
}
