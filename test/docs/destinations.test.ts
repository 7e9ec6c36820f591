import { createServer, type IncomingHttpHeaders } from 'node:http'
import { text } from 'node:stream/consumers'
import type { AddressInfo } from 'node:net'
import { readFile, stat } from 'node:fs/promises'
import { webhook, type Destination } from '@treadlight/destinations'
import * as shipped from '@treadlight/destinations'
import { createForwarder, createMemoryOutbox } from '@treadlight/destinations/forward'
import { afterEach, expect, test } from 'vitest'
import { testDestination } from '../contracts/destination.ts'
import { forwardedHit } from '../destinations/forwardedHit.ts'
import { answerOf, requestsOf } from '../destinations/requestsOf.ts'
import { importCode } from './importCode.ts'

const secret = 'QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo='
// As the examples read them.
process.env['MATOMO_TOKEN'] = '0123456789abcdef0123456789abcdef'
process.env['WEBHOOK_SECRET'] = secret

const page = await readFile(new URL('../../docs/destinations.md', import.meta.url), 'utf8')
const blocks = [...page.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code]) => code!)
const find = (name: string): string => blocks.find((code) => code.includes(name))!
const closers: (() => void)[] = []
afterEach(() => closers.splice(0).forEach((close) => close()))

/** A system that answers as it is told, and keeps what it got. */
async function openSystem(answer: (body: string) => { status: number; body?: string }): Promise<{ url: string; arrivals: { headers: IncomingHttpHeaders; body: string }[] }> {
  const arrivals: { headers: IncomingHttpHeaders; body: string }[] = []
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      arrivals.push({ headers: request.headers, body })
      const { status, body: said = '' } = answer(body)
      response.writeHead(status).end(said)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closers.push(() => server.close())
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, arrivals }
}

const code = find('eventLog(')
const { eventLog } = (await importCode('destination', code)) as { eventLog: (options: { url: string; key: string }) => Destination<string> }

test('docs/destinations.md: SS08 a destination has 20 lines', () => {
  const lines = code.trim().split('\n').filter((line) => line !== '' && !line.startsWith('/**') && !line.startsWith('import'))
  expect(lines.length).toBeLessThanOrEqual(20)
})

testDestination({ create: () => eventLog({ url: 'https://log.example/', key: 'the-key' }), taken: () => answerOf(409), final: [400, 413, 422], least: 2 })

test('docs/destinations.md: it gets events, is asked again after a failure, and what it refuses is a dead letter', async () => {
  let failures = 1
  const { url, arrivals } = await openSystem((body) => ({ status: failures-- > 0 ? 503 : body.includes('"b"') ? 400 : 204 }))
  const outbox = createMemoryOutbox()
  const destination = { ...eventLog({ url, key: 'the-key' }), allowPrivate: true } as Destination
  const forwarder = createForwarder({ destinations: [destination], outbox, now: () => forwardedHit().time, log: () => {} })
  const event = (name: string) => forwardedHit({ type: 'event', name, props: { plan: 'pro' } })
  await forwarder.write([event('a'), forwardedHit(), event('b'), event('c')])
  for (let tries = 0; tries < 20 && (await outbox.countDead('event-log')) === 0; tries++) {
    await forwarder.flush()
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  await forwarder.close()
  const bodies = arrivals.map(({ body }) => body)
  expect(bodies[0]).toBe(bodies[1])
  expect(bodies[0]!.split('\n').map((line) => JSON.parse(line) as unknown)).toEqual(['a', 'b', 'c'].map((name) => ({ id: forwardedHit().id, name, at: '2026-11-21T10:00:00.000Z', plan: 'pro' })))
  expect(arrivals.at(-1)!.headers.authorization).toBe('Bearer the-key')
  expect(await outbox.deadLetters('event-log', 10)).toMatchObject([{ hit: { name: 'b' }, reason: 'answered 400' }])
  expect(forwarder.states()).toMatchObject([{ waiting: 0, counts: { sent: 2 } }])
})

test('docs/destinations.md: the config file makes its destinations', async () => {
  const { default: config } = (await importCode('config', find('export default'))) as { default: { destinations: Destination[] } }
  expect(config.destinations.map(({ name }) => name)).toEqual(['matomo', 'webhook', 'file'])
  expect(requestsOf(config.destinations[0]!, [forwardedHit()])[0]!.url).toBe('https://matomo.example/matomo.php')
})

test('docs/destinations.md: SS35 what is redacted does not leave', async () => {
  const { toPlausible } = (await importCode('redact', find('toPlausible'))) as { toPlausible: Destination }
  const requests = requestsOf(toPlausible, [forwardedHit({ url: 'https://shop.example/cart?email=ann@shop.example', user: 'ann' }), forwardedHit({ url: 'https://shop.example/account/ann' })])
  expect(requests.map(({ body }) => JSON.parse(body!) as unknown)).toEqual([{ name: 'pageview', url: 'https://shop.example/cart', domain: 'shop.example' }])
  expect(JSON.stringify(requests)).not.toContain('ann')
})

test('docs/destinations.md: a webhook is received when it is ours', async () => {
  const { receive } = (await importCode('receive', find('verifyWebhook').replace('console.log(', 'void ('))) as { receive: (request: Request) => Promise<Response> }
  const destination = webhook({ url: 'https://shop.example/hits', secret })
  const { url, headers = {}, body = '' } = await destination.sign!(requestsOf(destination, [forwardedHit()])[0]!, { now: Date.now() })
  expect((await receive(new Request(url, { method: 'POST', headers, body }))).status).toBe(204)
  expect((await receive(new Request(url, { method: 'POST', headers, body: '[]' }))).status).toBe(401)
})

test('docs/destinations.md: the table has every destination, and every file that the page links to is there', async () => {
  const made = Object.keys(shipped).filter((name) => !/^(?:classify|define|verify)/.test(name))
  for (const name of [...made, 'ndjsonFile']) expect(page, name).toMatch(new RegExp(`^\\| \`${name}\``, 'm'))
  const links = [...page.matchAll(/\]\((\.\.\/[^)]*)\)/g)].map(([, link]) => link!)
  expect(links.length).toBeGreaterThan(0)
  for (const link of links) expect(await stat(new URL(`../../docs/${link}`, import.meta.url))).toBeDefined()
})
