import type { StoredHit } from '@treadlight/store'
import type { CollectorOptions } from '../../../packages/collector/src/collector.ts'
import type { AnswerRow } from '../../../packages/collector/src/stats/answerQuery.ts'
import { createTestCollector, type TestCollector } from '../collector.ts'

interface Answer {
  results: AnswerRow[]
  meta: { time_labels?: string[]; comparison_time_labels?: string[]; total_rows?: number; imports_included?: boolean }
  query: { date_range: [string, string]; comparison_date_range?: [string, string]; filters: unknown[]; site_id: string }
}

/** A collector in memory with hits, and a token to ask it with. */
export interface AskStats extends TestCollector {
  token: string
  /** `POST /api/v2/query` of the default site's today, unless said otherwise. */
  post2(query: object, headers?: Record<string, string>): Promise<Response>
  /** The same, where it must be answered 200. */
  query(query: object): Promise<Answer>
  /** `GET` with the token; the status and what the JSON says. */
  get(path: string): Promise<[status: number, body: unknown]>
}

/** @param hits of site `default`, unless they say another */
export async function openStats(hits: readonly StoredHit[], options: Partial<CollectorOptions> = {}): Promise<AskStats> {
  const test = createTestCollector(options)
  await test.store.append(hits.map((hit) => ({ ...hit, site: hit.site === 'shop' ? 'default' : hit.site })))
  const { token } = await test.collector.tokens.create('test', ['stats'])
  const authorization = `Bearer ${token}`
  const post2: AskStats['post2'] = (query, headers = {}) =>
    test.request('/api/v2/query', { method: 'POST', headers: { authorization, ...headers }, body: JSON.stringify({ site_id: 'default', date_range: 'day', ...query }) })
  return {
    ...test,
    token,
    post2,
    async query(query) {
      const response = await post2(query)
      const body: unknown = await response.json()
      if (response.status !== 200) throw new Error(JSON.stringify(body))
      return body as Answer
    },
    async get(path) {
      const response = await test.request(path, { headers: { authorization } })
      return [response.status, await response.json()]
    },
  }
}
