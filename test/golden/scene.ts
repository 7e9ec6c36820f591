import type { FunnelQuery, HitStore, JourneyQuery, Query, StoredHit, Subject } from '@treadlight/store'
import { day, makeEngagement, makeEvent, makeHit, minute, noon, testId } from '../store/makeHit.ts'

/** What happens to a store that becomes golden: every kind of value comes of it. */
export type GoldenStep =
  | { do: 'append'; hits: StoredHit[] }
  | { do: 'trickle'; hits: StoredHit[] }
  | { do: 'identify'; session: string; user: string }
  | { do: 'erase'; subject: Omit<Subject, 'site'> }
  | { do: 'prune'; anonymous: number; authenticated: number }
  | { do: 'maintain' }

const sources = ['', 'Google', 'Newsletter']

/** Some visits of a day, numbered so that ids differ. */
function hitsOf(site: string, daysAgo: number, number: number): StoredHit[] {
  const start = noon - daysAgo * day
  return [0, 1, 2, 3].flatMap((visitor) => {
    const id = (at: number): string => testId(number + 10 * visitor + at, start)
    const session = visitor === 0 ? '' : `session-${visitor}`
    const fields = { site, visitor: `v${daysAgo}${visitor}`, session, user: visitor === 3 ? 'ada' : '', source: sources[visitor % 3]!, country: visitor % 2 ? 'DE' : 'US', browser: 'Firefox' }
    const view = makeHit({ ...fields, id: id(0), time: start + visitor * 7 * minute, path: visitor === 1 ? '/pricing' : '/', title: 'Größe', ...(visitor === 2 && { props: { plan: 'pro', seats: 3, trial: false } }) })
    const second = makeHit({ ...fields, id: id(1), time: view.time + 2 * minute, path: '/checkout' })
    const bought = makeEvent('buy', { ...fields, id: id(2), time: view.time + 3 * minute, path: '/checkout', revenue: { amount: '19.90', currency: 'EUR' }, props: { sku: `a${visitor}` } })
    const read = makeEngagement(view, { id: id(3), engaged: 12_000 + visitor, scroll: 40 })
    return visitor % 2 ? [view, second, bought, read] : [view, read]
  })
}

function trickleOf(site: string): StoredHit[] {
  return Array.from({ length: 64 }, (_, at) => makeHit({ site, id: testId(500 + at), time: noon + at, path: '/t', visitor: 'vt', url: 'https://blog.example/t' }))
}

/** In this order, 21 minutes after one another. @param site each has a history of its own, all alike */
export function goldenSteps(site: string): GoldenStep[] {
  return [
    ...[9, 6, 5].map((ago): GoldenStep => ({ do: 'append', hits: hitsOf(site, ago, 1000 * ago) })),
    { do: 'append', hits: [makeHit({ site, id: testId(70, noon - 5 * day), time: noon - 5 * day, user: 'bob', session: 'session-bob', path: '/bob' })] },
    { do: 'identify', session: 'session-1', user: 'ada' },
    { do: 'maintain' },
    { do: 'erase', subject: { user: 'bob' } },
    // The ninth day leaves its sums.
    { do: 'prune', anonymous: 7 * day, authenticated: 8.5 * day },
    { do: 'maintain' },
    { do: 'maintain' },
    { do: 'append', hits: hitsOf(site, 1, 1000) },
    { do: 'identify', session: 'session-2', user: 'eve' },
    // A hit of a day that is in a segment, and one that says it again.
    { do: 'append', hits: [makeHit({ site, id: testId(80, noon - 6 * day), time: noon - 6 * day, path: '/late' }), hitsOf(site, 6, 6000)[0]!] },
    { do: 'maintain' },
    { do: 'append', hits: hitsOf(site, 0, 100).slice(0, 3) },
    // So many values of one writer that upkeep gathers them, where nothing is appended to.
    ...(site === 'blog' ? [{ do: 'trickle', hits: trickleOf(site) } satisfies GoldenStep] : []),
    { do: 'maintain' },
    { do: 'maintain' },
    { do: 'append', hits: hitsOf(site, 0, 100).slice(4, 7) },
  ]
}

/** Performs a step; `store` may be the reference. */
export async function perform(store: HitStore, site: string, step: GoldenStep, now: number): Promise<void> {
  if (step.do === 'append') await store.append(step.hits.map((hit) => ({ ...hit, received: now })))
  // Each is answered before the next one comes.
  else if (step.do === 'trickle') for (const hit of step.hits) await store.append([{ ...hit, received: now }])
  else if (step.do === 'identify') await store.identify({ site, session: step.session, user: step.user, time: now })
  else if (step.do === 'erase') await store.erase({ site, ...step.subject } as Subject)
  else if (step.do === 'prune') await store.prune({ anonymous: step.anonymous, authenticated: step.authenticated }, { site })
  else await store.maintain()
}

/** Everything that is asked of a golden store, as JSON can say it. */
export async function answersOf(store: HitStore, site: string): Promise<unknown> {
  const range = { from: Date.UTC(2026, 10, 10), to: Date.UTC(2026, 10, 23) }
  const base: Query = { site, range, timezone: 'UTC', metrics: ['visitors', 'visits', 'pageviews', 'events', 'bounce_rate', 'visit_duration'], dimensions: [] }
  const goals = [{ name: 'Bought', event: 'buy' }, { name: 'Prices', page: '/pricing' }]
  const queries: Query[] = [
    base,
    { ...base, dimensions: ['time:day'] },
    { ...base, metrics: ['visitors', 'pageviews', 'time_on_page'], dimensions: ['event:page'] },
    { ...base, metrics: ['visitors', 'visits'], dimensions: ['visit:source'] },
    { ...base, metrics: ['visitors', 'events'], dimensions: ['visit:country', 'visit:browser'], filters: [['is', 'visit:source', ['Google']]] },
    { ...base, metrics: ['events', 'total_revenue'], dimensions: ['event:goal'], goals },
    { ...base, metrics: ['events'], dimensions: ['event:props:plan'] },
    { ...base, metrics: ['visitors'], dimensions: ['first:source'] },
    { ...base, dimensions: ['time:day'], timezone: 'America/New_York' },
  ]
  const funnel: FunnelQuery = { site, range, goals, steps: [{ page: '/*' }, { page: '/checkout' }, { goal: 'Bought' }] }
  const journeys: JourneyQuery = { site, range, from: { page: '/' } }
  const hits: StoredHit[] = []
  for await (const hit of store.hits({ site, order: 'oldest' })) hits.push(hit)
  const answers = {
    hits,
    ada: await store.page({ site, user: 'ada', orderBy: 'url', limit: 50 }),
    bob: await store.page({ site, user: 'bob' }),
    search: await store.page({ site, search: 'GRÖSSE', limit: 3 }),
    found: (await store.find(site, hits[3]!.id)) ?? null,
    queries: await Promise.all(queries.map((query) => store.query(query))),
    funnel: await store.funnel(funnel),
    journeys: await store.journeys(journeys),
  }
  return JSON.parse(JSON.stringify(answers)) as unknown
}

/** Ways in which hits lie in a folder, each a site: `shop` in batches that are appended to, `blog` in gathered ones. */
export const goldenSites = ['shop', 'blog'] as const

/** When the first step is; ms since 1970. */
export const goldenStart: number = noon - 15 * minute
