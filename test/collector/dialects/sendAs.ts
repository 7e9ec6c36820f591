import type { StoredHit } from '@treadlight/store'
import type { CollectorOptions } from '../../../packages/collector/src/collector.ts'
import { createTestCollector, type TestCollector } from '../collector.ts'

export const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'
export const chrome = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Safari/537.36'

/** An answer, whole. */
export interface Told {
  status: number
  headers: Headers
  body: string
}

export interface DialectCollector extends TestCollector {
  /** A token of scope `hits`. */
  token: string
  /** As a browser on a page of shop.example. */
  send(path: string, init?: RequestInit): Promise<Told>
  /** What is stored of a site, oldest first. */
  of(site: string): Promise<StoredHit[]>
}

/** A collector of the sites `default`, and `shop` with shop.example, that knows clients of other products. */
export async function createDialectCollector(options: Partial<CollectorOptions> = {}): Promise<DialectCollector> {
  const sites = [{ id: 'shop', timezone: 'UTC', hosts: ['shop.example'] }]
  const collector = createTestCollector({ sites, ...options })
  const { token } = await collector.collector.tokens.create('server', ['hits'])
  return {
    ...collector,
    token,
    async send(path, init = {}) {
      const headers = { 'user-agent': firefox, referer: 'https://shop.example/', ...(init.headers as Record<string, string>) }
      const response = await collector.request(path, { ...init, headers })
      return { status: response.status, headers: response.headers, body: await response.text() }
    },
    async of(site) {
      const hits: StoredHit[] = []
      for await (const hit of collector.store.hits({ site, order: 'oldest' })) hits.push(hit)
      return hits
    },
  }
}

/** The bytes of an image, in hex. */
export async function bytesOf(response: Response): Promise<string> {
  return Buffer.from(await response.arrayBuffer()).toString('hex')
}
