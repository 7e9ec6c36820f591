import fc from 'fast-check'
import type { FuzzInput } from './fuzzInputs.ts'

/** Values that have broken somebody's server. */
export interface EvilValues {
  text: fc.Arbitrary<string>
  number: fc.Arbitrary<number>
  value: fc.Arbitrary<unknown>
}

/** What the routes of the admin pages take. Those that would delete hits are asked for a dry run; those that hash a password are left to `/api/login`. */
const bodies: Readonly<Record<string, readonly Field[]>> = {
  '/api/funnel': ['site_id', 'date_range', 'filters', 'steps'],
  '/api/journeys': ['site_id', 'date_range', 'filters', 'from', 'direction', 'along', 'events', 'depth', 'branches'],
  '/api/vitals': ['site_id', 'date_range', 'filters', 'by', 'limit'],
  '/api/funnels': ['site_id', 'name', 'steps'],
  '/api/segments': ['site_id', 'name', 'filters'],
  '/api/annotations': ['site_id', 'text', 'time', 'link'],
  '/api/goals': ['site_id', 'name', 'event', 'page'],
  '/api/tokens': ['name', 'scopes'],
  '/api/shares': ['site_id', 'name', 'expires'],
  '/api/erase': ['site_id', 'user', 'dry_run'],
  '/api/prune': ['site_id', 'before', 'dry_run'],
}

const searches: Readonly<Record<string, readonly Field[]>> = {
  '/api/hits': ['site_id', 'date_range', 'filters', 'search', 'order_by', 'page', 'page_size', 'source', 'known', 'type'],
  '/api/visits': ['site_id', 'date_range', 'username', 'path', 'page', 'interval', 'format'],
  '/api/timeline': ['site_id', 'user', 'limit', 'after'],
  '/api/card': ['site_id', 'user'],
  '/api/export': ['site_id', 'user', 'format'],
  '/api/annotations': ['site_id', 'date_range'],
  '/api/segments': ['site_id', 'id'],
  '/api/funnels': ['site_id', 'id'],
  '/api/retention': ['site_id'],
  '/api/storage': [],
  '/api/sites/hosts': ['site_id'],
  '/api/exclusions': ['site_id'],
}

type Field = keyof ReturnType<typeof createFields>

function createFields({ text, number, value }: EvilValues) {
  const mostly = (...good: unknown[]): fc.Arbitrary<unknown> => fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...good) }, { weight: 1, arbitrary: value })
  const step: fc.Arbitrary<unknown> = fc.oneof({ weight: 6, arbitrary: fc.oneof(text.map((page) => ({ page: `/${page}` })), text.map((event) => ({ event })), fc.constant({ page: '/*' })) }, { weight: 1, arbitrary: value })
  const condition = fc.tuple(fc.constantFrom('is', 'is_not', 'contains', 'has_done', 'not'), fc.constantFrom('event:page', 'visit:source', 'segment', 'event:goal', 'event:props:constructor'), fc.array(text, { maxLength: 2 }))
  const steps: fc.Arbitrary<unknown> = fc.oneof({ weight: 6, arbitrary: fc.array(step, { minLength: 2, maxLength: 4 }) }, { weight: 1, arbitrary: value })
  return {
    site_id: fc.oneof({ weight: 20, arbitrary: fc.constant('default') as fc.Arbitrary<unknown> }, { weight: 1, arbitrary: value }),
    date_range: mostly('day', '7d', '30d', 'all'),
    filters: fc.oneof({ weight: 4, arbitrary: fc.array(condition, { maxLength: 2 }) as fc.Arbitrary<unknown> }, { weight: 1, arbitrary: value }),
    steps,
    along: steps,
    from: step,
    direction: mostly('after', 'before'),
    events: mostly(true, false),
    depth: fc.oneof(mostly(1, 3, 5), number),
    branches: fc.oneof(mostly(1, 10), number),
    by: mostly('event:page', 'visit:country', 'time:day'),
    limit: fc.oneof(mostly(1, 50), number),
    name: fc.oneof(text, value),
    text: fc.oneof(text, value),
    time: mostly('2026-11-21', '2026-11-21T10:00:00Z'),
    link: mostly('https://a.example/', 'javascript:alert(1)'),
    event: text,
    page: fc.oneof(text, number),
    scopes: mostly(['stats'], ['card', 'export']),
    expires: mostly('2027-01-01'),
    user: fc.oneof(text, value),
    before: mostly('2026-11-20 10:00:00'),
    dry_run: fc.constant(true as unknown),
    search: text,
    order_by: mostly('-url', 'timestamp'),
    page_size: fc.oneof(mostly(20), number),
    source: text,
    known: mostly('true', 'false'),
    type: mostly('pageview'),
    username: text,
    path: text,
    // A report of a day is thousands of entries by the minute: what is bounded by memory is tested in test/collector/visits.
    interval: mostly(3600, 1800),
    format: mostly('json', 'csv', 'ndjson'),
    after: fc.oneof(text, value),
    id: text,
  }
}

/** Requests to the routes of the admin pages, as an owner and as nobody: what is refused at once proves little, so most are nearly right. */
export function createAdminInputs(evil: EvilValues, ip: fc.Arbitrary<string>): fc.Arbitrary<FuzzInput> {
  const fields = createFields(evil)
  const some = (names: readonly Field[]): fc.Arbitrary<Partial<Record<Field, unknown>>> => {
    const model = Object.fromEntries(names.map((name) => [name, fields[name]]))
    return fc.record(model, { requiredKeys: names.filter((name) => name === 'dry_run' || name === 'steps' || name === 'interval') })
  }
  const isOwner = fc.integer({ min: 0, max: 9 }).map((nth) => nth > 0)
  const posts = Object.entries(bodies).map(([path, names]) =>
    fc.tuple(some(names), ip, isOwner).map(([body, from, owner]): FuzzInput => ({ method: 'POST', path, headers: [['content-type', 'application/json']], body: JSON.stringify(body), ip: from, isOwner: owner })),
  )
  const gets = Object.entries(searches).map(([path, names]) =>
    fc.tuple(some(names), ip, isOwner).map(([query, from, owner]): FuzzInput => {
      const pairs = Object.entries(query).map(([name, value]) => `${name}=${encodeURIComponent((typeof value === 'string' ? value : (JSON.stringify(value) ?? '')).toWellFormed())}`)
      return { method: 'GET', path: `${path}?${pairs.join('&')}`, headers: [], body: undefined, ip: from, isOwner: owner }
    }),
  )
  return fc.oneof(...posts, ...gets)
}
