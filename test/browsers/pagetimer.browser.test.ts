import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { serve as listen } from 'srvx'
import { expect, onTestFinished, test } from 'vitest'
import { createTestCollector } from '../collector/collector.ts'
import { launchChromium } from './chromium.ts'

test('PT01 PT02 PT05: in a real browser a page of another origin beats at once, with path and query, and without a preflight', async () => {
  const { collector, stored } = createTestCollector({ settings: { bots: { crawlers: 'drop', automation: 'count' } } })
  const asked: string[] = []
  const fetch = (request: Request): Response | Promise<Response> => {
    asked.push(`${request.method} ${new URL(request.url).pathname} ${request.headers.get('content-type') ?? ''}`)
    return collector.fetch(request)
  }
  const server = listen({ fetch, port: 0, hostname: '127.0.0.1', silent: true, gracefulShutdown: false })
  await server.ready()
  onTestFinished(() => server.close(true))
  const site = createServer((_, response) => {
    response.setHeader('content-type', 'text/html').end(`<!doctype html><title>a</title><script async src="${server.url}pagetimer.js" data-interval="1"></script>`)
  })
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void site.close())
  const origin = `http://localhost:${(site.address() as AddressInfo).port}`

  const browser = await launchChromium()
  onTestFinished(() => browser.close())
  const page = await browser.newPage()
  const printed: string[] = []
  page.on('console', (message) => printed.push(message.text()))
  await page.goto(`${origin}/a?b=1#c`)
  await expect.poll(stored, { timeout: 15_000 }).toMatchObject([{ name: 'pagetimer', url: `${origin}/a?b=1` }, { url: `${origin}/a?b=1` }])
  expect(new Set(asked)).toEqual(new Set(['GET /pagetimer.js ', 'POST /pagetimer/ application/x-www-form-urlencoded;charset=UTF-8']))
  expect(printed.filter((text) => !text.includes('favicon'))).toEqual([])
})
