import { createServer, type Server } from 'node:http'
import { mkdtemp, rm } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { logIn, startCollector, type CollectorProcess, type StatsAnswer } from '../process/collectorProcess.ts'
import { launchChromium } from './chromium.ts'

// The strictest policy that a site may have, and the scripts as a real collector serves them under their hash.

let browser: Browser
let data: string
let collector: CollectorProcess
let query: (query: object) => Promise<StatsAnswer>
beforeAll(async () => {
  browser = await launchChromium()
  data = await mkdtemp(join(tmpdir(), 'treadlight-policy-'))
  collector = await startCollector({ data })
  query = await logIn(collector.url, collector.password!)
})
afterAll(async () => {
  await browser.close()
  await collector.stop()
  await rm(data, { recursive: true, force: true })
})

/** A page with a nonce and no rights but to load what has it and to send to the collector. */
async function servePage(tag: string): Promise<{ url: string; server: Server }> {
  const policy = [
    "default-src 'none'",
    "script-src 'nonce-abc' 'strict-dynamic'",
    `connect-src ${collector.url}`,
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
    "base-uri 'none'",
    "form-action 'self'",
  ].join('; ')
  const server = createServer((request, response) => {
    response.setHeader('content-security-policy', policy)
    response.setHeader('content-type', 'text/html; charset=utf-8')
    response.end(`<!doctype html><title>${request.url}</title>
      <link rel="icon" href="data:,">${tag}<button data-track="signup">Sign up</button>`)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server }
}

const countEvents = async (): Promise<number> => (await query({ metrics: ['events'], date_range: 'all' })).results[0]!.metrics[0]!

test.each(['t', 't.full'])('input 33, edge 45: %s.js under a nonce, its integrity and Trusted Types', async (name) => {
  const { src, integrity } = (await (await fetch(`${collector.url}/${name}.json`)).json()) as { src: string; integrity: string }
  const { url, server } = await servePage(
    `<script defer nonce="abc" integrity="${integrity}" crossorigin src="${collector.url}${src}" data-ignore="iframe"></script>`,
  )
  const context = await browser.newContext()
  const printed: string[] = []
  context.on('console', (message) => printed.push(message.text()))
  await context.addInitScript(() => {
    const violations: string[] = []
    Object.assign(globalThis, { violations })
    document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => {
      // The icon is the page's, not ours.
      if (violatedDirective !== 'img-src') violations.push(`${violatedDirective} ${blockedURI}`)
    })
  })
  const before = await countEvents()
  const page = await context.newPage()
  const answers: number[] = []
  page.on('response', (response) => void (response.url() === `${collector.url}/hit` && answers.push(response.status())))
  await page.goto(`${url}/${name}`)
  await page.click('button')
  // A view and an event.
  await expect.poll(countEvents, { timeout: 20_000 }).toBe(before + 2)
  await page.evaluate(() => history.pushState(null, '', '/route'))
  await expect.poll(countEvents, { timeout: 20_000 }).toBeGreaterThanOrEqual(before + 3)
  expect(await page.evaluate(() => (globalThis as unknown as { violations: string[] }).violations)).toEqual([])
  expect(printed.filter((text) => !text.includes('data:,'))).toEqual([])
  expect(new Set(answers)).toEqual(new Set([201]))
  await context.close()
  server.close()
  server.closeAllConnections()
})

test('a script that is not the pinned one does not run', async () => {
  const { src } = (await (await fetch(`${collector.url}/t.json`)).json()) as { src: string }
  const { integrity } = (await (await fetch(`${collector.url}/t.full.json`)).json()) as { integrity: string }
  const { url, server } = await servePage(
    `<script defer nonce="abc" integrity="${integrity}" crossorigin src="${collector.url}${src}" data-ignore="iframe"></script>`,
  )
  const page = await browser.newPage()
  await page.goto(url)
  await wait(300)
  expect(await page.evaluate(() => typeof globalThis.treadlight)).toBe('undefined')
  await page.close()
  server.close()
  server.closeAllConnections()
})
