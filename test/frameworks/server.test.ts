import type { Hit } from '@treadlight/protocol'
import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { describe, expect, test } from 'vitest'
import type { FrameworkName } from '../../scripts/frameworks.ts'
import { startCommand } from './frameworkSite.ts'

// `trackRequests` of the frameworks that come with a server of their own, as they build it in.

const commands: Partial<Record<FrameworkName, string[]>> = {
  next: ['node_modules/next/dist/bin/next', 'start'],
  sveltekit: ['build'],
  nitro: ['.output/server/index.mjs'],
}
const folders = JSON.parse(process.env['FRAMEWORKS'] ?? '{}') as Partial<Record<FrameworkName, string>>

const asBrowser = { accept: 'text/html', 'sec-fetch-dest': 'document', 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0' }

describe.each(Object.entries(commands))('%s', (name, command) => {
  const folder = folders[name as FrameworkName]!
  test.skipIf(!folder)(`SS19: ${name} counts a page that it answers, for the visitor, and its tag names the view`, async () => {
    const received: { hits: Hit[]; token: string | undefined }[] = []
    const collector = createServer(async (request, response) => {
      const body = JSON.parse((await request.setEncoding('utf8').toArray()).join('')) as { hits: Hit[] }
      received.push({ hits: body.hits, token: request.headers.authorization })
      response.writeHead(201, { 'x-hit': String(Date.now()) }).end(JSON.stringify({ stored: body.hits.length, duplicate: 0, dropped: 0, refused: [] }))
    }).listen(0, '127.0.0.1')
    await once(collector, 'listening')
    const address = `http://127.0.0.1:${(collector.address() as AddressInfo).port}`
    const app = await startCommand(folder, command, { TREADLIGHT_COLLECTOR: address, TREADLIGHT_TOKEN: 'tl_secret' })
    try {
      // What is no document is none of them.
      await fetch(`${app.url}/first`, { headers: { ...asBrowser, accept: '*/*', 'sec-fetch-dest': 'empty' } })
      const html = await (await fetch(`${app.url}/tagged?utm_source=news`, { headers: { ...asBrowser, referer: 'https://search.example/' } })).text()
      await fetch(`${app.url}/first`, { headers: asBrowser })
      const hits = () => received.flatMap((request) => request.hits)
      await expect.poll(() => hits().length, { timeout: 10_000 }).toBe(2)
      const [tagged, first] = hits()
      expect(tagged).toMatchObject({ type: 'pageview', url: `${app.url}/tagged?utm_source=news`, referrer: 'https://search.example/', client: { userAgent: asBrowser['user-agent'] } })
      expect(first).toMatchObject({ type: 'pageview', url: `${app.url}/first` })
      expect(received.every(({ token }) => token === 'Bearer tl_secret')).toBe(true)
      expect(html).toContain(tagged!.id)
      expect(html).toContain('t.server.js')
      expect(html).not.toContain('tl_secret')
    } finally {
      app.close()
      collector.close()
    }
  })
})
