import type { Hit, HitType } from '@treadlight/protocol'
import type { Tracker } from '@treadlight/tracker'
import { script } from '@treadlight/tracker/script'
import { script as fullScript } from '@treadlight/tracker/script-full'
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest'
import { launchChromium } from './chromium.ts'
import { startFaultyCollector, type FaultyCollector, type PageAnswer } from './faultyCollector.ts'
import { observe, type Observed } from './pages.ts'

export type { Tracker }

/** What the tests of a file play on: a browser for all of them, and a site with its collector, on one origin, for each. */
export interface Stage {
  readonly browser: Browser
  readonly context: BrowserContext
  readonly collector: FaultyCollector
  readonly observed: Observed
  /** All that a visitor could read in the console. */
  readonly printed: readonly string[]
  /** What is in the head of every page, and in its body; their titles are their paths. */
  head: string
  body: string
  /** Paths that answer something else. */
  answers: Record<string, PageAnswer>
  open(path?: string): Promise<Page>
  /** What is stored, in the order in which it was made. */
  hits(...types: HitType[]): Hit[]
  /** Waits until these are the events that are stored: their names with their properties. */
  expectEvents(...events: [name: string, props: object][]): Promise<void>
}

/** A tag as tests need it: they are on 127.0.0.1, which is ignored by default. */
export function tagOf(script: 't' | 't.full', attributes = ''): string {
  return `<script defer src="/${script}.js" data-ignore="iframe" ${attributes}></script>`
}

/** Sets the stage for a file of tests. */
export function setStage({ head = tagOf('t'), ...options }: { head?: string } & BrowserContextOptions = {}): Stage {
  let browser: Browser
  let context: BrowserContext
  let collector: FaultyCollector
  let observed: Observed
  let printed: string[]

  beforeAll(async () => {
    browser = await launchChromium()
  })
  afterAll(() => browser.close())
  beforeEach(async () => {
    stage.head = head
    stage.body = ''
    stage.answers = {}
    collector = await startFaultyCollector(answer)
    context = await browser.newContext(options)
    observed = await observe(context)
    printed = []
    context.on('console', (message) => printed.push(`${message.type()}: ${message.text()}`))
  })
  afterEach(async () => {
    await context.close()
    collector.close()
  })

  function answer(path: string): PageAnswer {
    if (path === '/t.js') return script
    if (path === '/t.full.js') return fullScript
    if (path === '/favicon.ico') return ''
    return stage.answers[path] ?? `<!doctype html><title>${path}</title>${stage.head}<h1>${path}</h1>${stage.body}`
  }

  const stage: Stage = {
    get browser() {
      return browser
    },
    get context() {
      return context
    },
    get collector() {
      return collector
    },
    get observed() {
      return observed
    },
    get printed() {
      return printed
    },
    head,
    body: '',
    answers: {},
    async open(path = '/start') {
      const page = await context.newPage()
      await page.goto(collector.url + path)
      return page
    },
    hits(...types) {
      const all = [...collector.stored.values()].sort((a, b) => (a.id < b.id ? -1 : 1))
      return types.length > 0 ? all.filter(({ type }) => types.includes(type)) : all
    },
    async expectEvents(...events) {
      await expect.poll(() => stage.hits('event').map(({ name, props = {} }) => [name, props]), { timeout: 15_000 }).toEqual(events)
    },
  }
  return stage
}

/** Counts `end`: what came before is then all there is, because hits keep their order. */
export async function trackEnd(page: Page): Promise<void> {
  await page.evaluate(() => (globalThis.treadlight as Tracker).track('end'))
}
