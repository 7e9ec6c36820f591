import { createReferenceStore, createValues, type HitStore, type StoredHit } from '@treadlight/store'
import { createStorage } from 'unstorage'
import { createCollector, type Collector, type CollectorOptions } from '../../packages/collector/src/collector.ts'

/** A collector in memory with a clock that stands still until it is set. */
export interface TestCollector {
  collector: Collector
  store: HitStore
  clock: { now: number }
  errors: unknown[]
  /** Posts to `/hit`: a text as it is, all else as JSON. */
  post(body: unknown, headers?: Record<string, string>): Promise<Response>
  request(path: string, init?: RequestInit): Promise<Response>
  stored(): Promise<StoredHit[]>
}

export const noon: number = Date.parse('2026-11-21T12:00:00.000Z')

export function createTestCollector(options: Partial<CollectorOptions> = {}): TestCollector {
  const clock = { now: noon }
  const errors: unknown[] = []
  const { store = createReferenceStore({ now: () => clock.now }) } = options
  const collector = createCollector({
    values: createValues(createStorage()),
    timezone: 'UTC',
    // Hundreds of cases come from one address, by a clock that stands still.
    limits: { perAddress: 0, burst: 1, total: 0 },
    now: () => clock.now,
    onError: (error) => errors.push(error),
    ...options,
    store,
  })
  const request = async (path: string, init?: RequestInit): Promise<Response> =>
    collector.fetch(new Request(new URL(path, 'http://localhost'), init))
  return {
    collector,
    store,
    clock,
    errors,
    request,
    post: (body, headers = {}) =>
      request('/hit', { method: 'POST', headers, body: typeof body === 'string' ? body : JSON.stringify(body) }),
    async stored() {
      const hits: StoredHit[] = []
      for await (const hit of store.hits({ site: 'default', order: 'oldest' })) hits.push(hit)
      return hits
    },
  }
}

/** Logs the owner in; answers the cookie. */
export async function logInOwner({ collector, request }: TestCollector): Promise<string> {
  const password = (await collector.users.setUp()) ?? (await collector.users.reset())
  const headers = { 'content-type': 'application/json' }
  const response = await request('/api/login', { method: 'POST', headers, body: JSON.stringify({ password }) })
  return response.headers.getSetCookie()[0]!.split(';')[0]!
}
