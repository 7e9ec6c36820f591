import type { HitAnswer } from '@treadlight/protocol'
import { createStore, createValues, type Values } from '@treadlight/store'
import { createStorage } from 'unstorage'
import { createCollector } from '../../packages/collector/src/collector.ts'
import type { FuzzInput } from './fuzzInputs.ts'

/** An owner who is logged in, and what the storage knows of it. */
export interface FuzzAccount {
  values: Values
  cookie: string
}

export interface FuzzCollector {
  /** Answers the status once the whole answer is there. */
  send(input: FuzzInput): Promise<number>
  /** Compares what was acknowledged with what is stored. */
  judge(): Promise<{ lost: number; twice: number; hits: number }>
  close(): Promise<void>
}

/** Logs in once: that takes its time on purpose. */
export async function createAccount(): Promise<FuzzAccount> {
  const values = createValues(createStorage())
  const { users, fetch } = createCollector({ store: await createStore({ storage: createStorage(), durability: 'volatile' }), values, timezone: 'UTC' })
  const body = JSON.stringify({ password: await users.setUp() })
  const response = await fetch(new Request('http://localhost/api/login', { method: 'POST', headers: { 'content-type': 'application/json' }, body }))
  return { values, cookie: response.headers.getSetCookie()[0]!.split(';')[0]! }
}

/** A collector with an empty store in memory, by a clock that stands still. */
export async function createCollectorOn({ values, cookie }: FuzzAccount, now: number, onError: (error: unknown) => void): Promise<FuzzCollector> {
  const store = await createStore({ storage: createStorage(), durability: 'volatile', now: () => now })
  const limits = { perAddress: 0, burst: 1, total: 0 }
  const { fetch } = createCollector({ store, values, timezone: 'UTC', limits, now: () => now, onError })
  const acknowledged = new Set<string>()
  let stored = 0

  return {
    async send(input) {
      const response = await fetch(createRequest(input, cookie))
      const text = await response.text()
      if (response.status !== 201) return response.status
      const answer = JSON.parse(text) as Partial<HitAnswer>
      // Of a route that adds something else.
      if (answer.stored === undefined || answer.duplicate === undefined || answer.dropped === undefined || answer.refused === undefined) return response.status
      stored += answer.stored
      // Of several in one request the answer does not say which.
      if (answer.stored + answer.duplicate === 1 && answer.dropped + answer.refused.length === 0) noteId(input)
      return response.status
    },
    async judge() {
      const ids = new Map<string, number>()
      let pixels = 0
      for await (const hit of store.hits({ site: 'default' })) {
        const key = `${hit.day}/${hit.id}`
        ids.set(key, (ids.get(key) ?? 0) + 1)
        pixels++
      }
      const known = new Set([...ids.keys()].map((key) => key.slice(11)))
      const twice = [...ids.values()].filter((count) => count > 1).length
      const missing = [...acknowledged].filter((id) => !known.has(id)).length
      // Pixels are stored too, but their answer is an image: there may be more than was said, never fewer.
      return { lost: Math.max(missing, stored - pixels), twice, hits: stored }
    },
    close: () => store.close(),
  }

  function noteId({ body }: FuzzInput): void {
    if (typeof body !== 'string') return
    const sent = JSON.parse(body) as { id?: unknown; hits?: { id?: unknown }[] } | { id?: unknown }[]
    const [only] = Array.isArray(sent) ? sent : (sent.hits ?? [sent as { id?: unknown }])
    if (typeof only?.id === 'string' && only.id !== '') acknowledged.add(only.id.toLowerCase())
  }
}

function createRequest({ method, path, headers, body, ip, isOwner }: FuzzInput, cookie: string): Request {
  const all = new Headers()
  for (const [name, value] of headers) all.append(name, value)
  if (isOwner) all.set('cookie', cookie)
  return Object.assign(new Request(`http://localhost${path}`, { method, headers: all, ...(body !== undefined && { body: body as BodyInit }) }), { ip })
}
