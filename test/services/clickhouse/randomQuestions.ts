import type { Dimension, Filter, FunnelQuery, Goal, JourneyQuery, Metric, Query, StoredHit, VisitStep } from '@treadlight/store'
import { createRandom, type Random } from '../../../bench/random.ts'
import { day, makeHit, minute, noon, testId } from '../../store/makeHit.ts'

const paths = ['/', '/a', '/a/b', '/A', '/ä_%', '/long\\path', '/\u{1F600}', '/\uFF5E', '']
const words = ['', '', 'google', 'Google.de', 'news', 'MIXED', 'ß', "o'neil", 'a\\b', '\n']
const hosts = ['', 'google.de', 'www.google.com', 'news.example', 'm.facebook.com', 'x.de']
const names = ['buy', 'join', 'pageview', '']
const goals: Goal[] = [
  { name: 'Buy', event: 'buy' },
  { name: 'See', page: '/*' },
  { name: 'See', event: 'join' },
  { name: 'a', page: '/a' },
  { name: 'Ä', page: '*ä_*' },
]
const dimensions: Dimension[] = [
  'event:name', 'event:page', 'event:page', 'event:hostname', 'event:goal', 'event:props:plan', 'event:props:no',
  'visit:entry_page', 'visit:exit_page', 'visit:entry_page_hostname', 'visit:exit_page_hostname', 'visit:source', 'visit:source', 'visit:referrer', 'visit:channel',
  'visit:utm_source', 'visit:utm_medium', 'visit:utm_campaign', 'visit:utm_term', 'visit:utm_content', 'visit:click_id', 'visit:browser', 'visit:os_version', 'visit:country',
  'visit:country_name', 'visit:region_name', 'visit:city', 'visit:screen_class', 'visit:language', 'first:source', 'last:source', 'first:click_id', 'last:channel',
]
const times: Dimension[] = ['time:minute', 'time:hour', 'time:day', 'time:week', 'time:month']
const metrics: Metric[] = [
  'visitors', 'visits', 'pageviews', 'events', 'views_per_visit', 'bounce_rate', 'visit_duration', 'time_on_page', 'scroll_depth', 'percentage', 'total_revenue', 'average_revenue',
  'conversion_rate', 'group_conversion_rate', 'exit_rate',
]
const zones = ['UTC', 'America/New_York', 'Asia/Kathmandu', 'Pacific/Kiritimati', 'Australia/Lord_Howe']
const values = ['', '/', '/a', '/*', '*A*', '*', '/A', 'google', 'Google', 'News', 'buy', 'BUY', 'Direct / None', '(not set)', '(none)', 'ß', 'See', 'Ä', 'pro', 'Germany', '/ä_%', '*\\*', '\n']
const patterns = ['^/', 'a', '.', '^$', 'A|buy', '^/a.b$', '[Gg]oo', '\\(not', '(?i)ä']

/** Hits of a week in which much happens that seldom does, of few visitors; no two facts of one. */
export function randomHits(seed: number, count: number): StoredHit[] {
  const random = createRandom(seed)
  const of = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!
  const hits: StoredHit[] = []
  for (let number = 0; number < count; number++) {
    const time = noon - Math.floor(random() * 6) * day + Math.floor((random() - 0.5) * (random() < 0.3 ? day - 1 : 4 * 60 * minute))
    const type = of(['pageview', 'pageview', 'pageview', 'event', 'engagement'] as const)
    const earlier = hits.filter((hit) => hit.day === new Date(time).toISOString().slice(0, 10) && hit.type === 'pageview')
    const view = earlier.length > 0 && random() < 0.7 ? of(earlier).view : testId(number, time)
    const some = <T>(field: string, value: T): object => (random() < 0.4 ? { [field]: value } : {})
    hits.push(makeHit({
      id: testId(Math.floor(random() * 1e9), time),
      time,
      type,
      path: of(paths),
      hostname: of(['shop.example', 'blog.example']),
      view: type === 'pageview' && random() < 0.8 ? testId(number, time) : random() < 0.1 ? '' : view,
      visitor: of(['', 'v1', 'v2', 'v3', 'v4']),
      session: of(['', '', 's1', 's2', 's3']),
      source: of(words),
      referrerHost: of(hosts),
      referrer: of(['', 'https://x.de/']),
      medium: of(words),
      campaign: of(words),
      ...some('term', of(words)),
      ...some('content', of(words)),
      ...some('clickIds', of([{ gclid: 'a b~*' }, { wbraid: 'ü', gclid: '&=' }])),
      ...some('channel', of(['Paid Search', 'Email'])),
      ...some('browser', of(['Firefox', 'Chrome'])),
      ...some('osVersion', '15'),
      ...some('country', of(['DE', 'US', 'XX', 'nowhere'])),
      ...some('region', 'DE-BY'),
      ...some('city', 'München'),
      ...some('language', of(['de', 'en-US'])),
      ...some('screen', of(['390x844', '800x600', '1200x1', '9999x1', 'wide'])),
      ...(type === 'event' && { name: of(names), ...some('interactive', false), ...some('revenue', of([{ amount: '9.99', currency: 'EUR' }, { amount: '-0.000001', currency: 'EUR' }, { amount: '1', currency: 'USD' }, { amount: '1.', currency: 'EUR' }, { amount: '5', currency: 'EURO' }])) }),
      ...some('props', of<Record<string, string | number | boolean>>([{ plan: 'pro' }, { plan: '' }, { plan: 3.5, x: true }])),
      ...(type !== 'event' && { ...some('engaged', Math.floor(random() * 1e5)), ...some('engagedDelta', Math.floor(random() * 1e4)), ...some('scroll', Math.floor(random() * 100)) }),
    }))
  }
  return hits
}

export interface Asker {
  query(): Query
  funnel(): FunnelQuery
  journeys(): JourneyQuery
}

/** Questions about these hits of every kind that there is; some are refused. */
export function createAsker(seed: number): Asker {
  const random: Random = createRandom(seed)
  const of = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!
  const some = <T>(most: number, make: () => T): T[] => Array.from({ length: Math.floor(random() * (most + 1)) }, make)
  const step = (): VisitStep => of<VisitStep>([{ page: of(['/', '/*', '*', '/a']) }, { event: of(names) }, { goal: of(['Buy', 'See', 'buy', 'a', 'none']) }])
  const range = () => {
    const from = noon - Math.floor(random() * 7 * 24 * 60) * minute
    return random() < 0.3 ? { from: noon - 7 * day, to: noon + day } : { from, to: from + Math.floor(random() * 3 * 24 * 60) * minute }
  }
  const filter = (depth = 2): Filter => {
    const kind = depth === 0 ? 1 : random()
    if (kind < 0.12) return [of(['and', 'or'] as const), some(2, () => filter(depth - 1))]
    if (kind < 0.2) return ['not', filter(depth - 1)]
    if (kind < 0.35) return [of(['has_done', 'has_not_done'] as const), filter(depth - 1)]
    const operator = of(['is', 'is', 'is_not', 'contains', 'contains_not', 'matches', 'matches_not'] as const)
    const wanted = some(2, () => of(operator.startsWith('matches') ? patterns : values))
    const dimension = of(dimensions) as Exclude<Dimension, `time:${string}`>
    return random() < 0.3 ? [operator, dimension, wanted, { caseSensitive: random() < 0.3 }] : [operator, dimension, wanted]
  }
  const asked = () => ({ site: 'shop', range: range(), timezone: of(zones), filters: some(2, filter), ...(random() < 0.5 && { goals }) })
  return {
    query: () => {
      const split = [...new Set([...some(2, () => of(dimensions)), ...(random() < 0.3 ? [of(times)] : [])])]
      const wanted = [...new Set([of(metrics), ...some(4, () => of(metrics))])].filter((metric) => metric !== 'exit_rate' || split.includes('visit:exit_page'))
      return {
        ...asked(),
        metrics: wanted.length === 0 ? ['visitors'] : wanted,
        dimensions: split,
        ...(random() < 0.2 && { pagination: { limit: 3, offset: Math.floor(random() * 3) } }),
        ...(random() < 0.2 && split.length > 0 && { orderBy: [[of(split), of(['asc', 'desc'] as const)]] as const }),
      }
    },
    funnel: () => ({ ...asked(), steps: [step(), step(), ...some(3, step)] }),
    journeys: () => ({
      ...asked(),
      ...(random() < 0.5 && { from: step() }),
      ...(random() < 0.5 && { direction: of(['before', 'after'] as const) }),
      ...(random() < 0.3 && { along: [of([{ page: '/a' }, { page: '/' }, { event: 'buy' }])] }),
      ...(random() < 0.3 && { events: false }),
      ...(random() < 0.5 && { branches: 1 + Math.floor(random() * 3) }),
      depth: 2 + Math.floor(random() * 4),
    }),
  }
}
