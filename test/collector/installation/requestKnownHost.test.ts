import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fetchPage } from '../../../packages/collector/src/installation/fetchPage.ts'
import { createKnownHostRequest } from '../../../packages/collector/src/installation/requestKnownHost.ts'

let server: Server
let url: URL
beforeAll(async () => {
  server = createServer((request, response) => {
    if (request.url === '/away') response.writeHead(302, { location: 'http://other.example/' }).end()
    else response.writeHead(200, { 'content-type': request.url === '/data' ? 'application/json' : 'text/html' }).end('ä'.repeat(700_000))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
})
afterAll(() => server.close())

const request = createKnownHostRequest((hostname) => hostname === '127.0.0.1')
const rule = { allowLoopback: true }

test('a listed host is asked, for a megabyte at most', async () => {
  const page = await fetchPage(url, request, rule)
  expect([page.status, page.isCut, page.body.length]).toEqual([200, true, 1024 * 512])
})

test('no other host is, nor one that a listed host redirects to', async () => {
  await expect(fetchPage(new URL('http://localhost/'), request, rule)).rejects.toThrow('not listed in the setting hosts')
  await expect(fetchPage(new URL('/away', url), request, rule)).rejects.toThrow('other.example is not listed')
})

test('what is not HTML is not read', async () => {
  expect(await fetchPage(new URL('/data', url), request, rule)).toMatchObject({ status: 200, body: '' })
})
