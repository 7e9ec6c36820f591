import type { Goal, Query, QueryRow, StoredHit } from '@treadlight/store'
import { day, makeEngagement, makeEvent, makeHit, minute, noon, second, testId } from '../store/makeHit.ts'

type Cells = [dimensions: QueryRow['dimensions'], metrics: QueryRow['metrics'], currency?: string]

export interface QueryCase {
  name: string
  hits: StoredHit[]
  query: Partial<Query> & Pick<Query, 'metrics'>
  rows: Cells[]
  totalRows?: number
}

const at = (minutes: number) => noon + minutes * minute
const read = makeHit({ path: '/read', time: at(0), visitor: 'reader' })
const again = makeHit({ path: '/read', time: at(5), visitor: 'reader' })
const other = makeHit({ path: '/read', time: at(0), visitor: 'other' })

/** Two visits of Ann (/, /cart, then after lunch /cart) and one of Bob (/), who signs up. */
const annAndBob = [
  makeHit({ visitor: 'ann', path: '/', time: at(0), source: 'news', medium: 'email', campaign: 'may' }),
  makeHit({ visitor: 'ann', path: '/cart', time: at(2) }),
  makeHit({ visitor: 'ann', path: '/cart', time: at(90) }),
  makeHit({ visitor: 'bob', path: '/', time: at(10), referrer: 'https://www.blog.example/x', referrerHost: 'blog.example' }),
  makeEvent('signup', { visitor: 'bob', path: '/', time: at(11), props: { plan: 'pro', seats: 3 } }),
]

/** One tab's visits from Tuesday to Saturday, and one of a visitor without a session id. */
const week = { from: noon - 4.5 * day, to: noon + day }
const tabOfAWeek = [
  makeHit({ session: 'tab', time: at(0) }),
  makeHit({ session: 'tab', time: at(31) }),
  makeHit({ session: 'tab', time: at(0) - day, source: 'news', referrer: 'https://news.example/', referrerHost: 'news.example', channel: 'Referral' }),
  makeHit({ session: 'tab', time: at(0) - 2 * day }),
  makeHit({
    session: 'tab',
    time: at(0) - 3 * day,
    source: 'google',
    medium: 'cpc',
    campaign: 'may',
    term: 'shoes',
    clickIds: { wbraid: 'W', gclid: 'Ab&c' },
    channel: 'Paid Search',
  }),
  makeHit({ session: 'tab', time: at(0) - 4 * day }),
  makeHit({ visitor: 'else', time: at(0) }),
]

/** Ann signs up twice, in two visits; Bob reads; Cat buys. */
const shoppers = [
  makeHit({ visitor: 'ann', path: '/', time: at(0), source: 'news' }),
  makeHit({ visitor: 'ann', path: '/blog/a', time: at(1) }),
  makeEvent('signup', { visitor: 'ann', path: '/blog/a', time: at(2), props: { plan: 'pro' } }),
  makeHit({ visitor: 'ann', path: '/', time: at(90) }),
  makeEvent('signup', { visitor: 'ann', path: '/', time: at(91), props: { plan: 'free' } }),
  makeHit({ visitor: 'bob', path: '/', time: at(0) }),
  makeHit({ visitor: 'bob', path: '/blog/b', time: at(5) }),
  makeHit({ visitor: 'cat', path: '/pricing', time: at(0) }),
  makeEvent('buy', { visitor: 'cat', path: '/pricing', time: at(1), revenue: { amount: '9.99', currency: 'EUR' } }),
  makeEvent('seen', { visitor: 'cat', path: '/pricing', time: at(2), interactive: false }),
]
const shopGoals: Goal[] = [
  { name: 'Signup', event: 'signup' },
  { name: 'Read the blog', page: '/blog/*' },
  { name: 'Visit /blog/a', page: '/blog/a' },
  { name: 'Seen', event: 'seen' },
  { name: 'Never', event: 'pageview' },
]
const signedUp = ['is', 'event:name', ['signup']] as const

/** Pages whose names are alike. */
const blog = ['/blog', '/blog/', '/blog/a', '/blog/a/b', '/Blog/12', '/my/blog/a', '/a*b'].map((path) => makeHit({ path, visitor: path }))

const paid = (amount: string, currency: string, fields: Partial<StoredHit> = {}) => makeEvent('buy', { revenue: { amount, currency }, ...fields })

const sessionMetrics = ['visits', 'bounce_rate', 'visit_duration', 'views_per_visit'] as const

/** Expectations written by hand from Plausible's definitions. */
export const queryCases: QueryCase[] = [
  {
    name: 'nothing at all: one row, counts 0, ratios null',
    hits: [],
    query: { metrics: ['visitors', 'events', ...sessionMetrics, 'time_on_page', 'scroll_depth', 'percentage'] },
    rows: [[[], [0, 0, 0, null, null, null, null, null, null]]],
  },
  { name: 'nothing at all, split: no rows', hits: [], query: { metrics: ['visitors'], dimensions: ['event:page'] }, rows: [] },
  {
    name: 'everything of two visitors',
    hits: annAndBob,
    // Durations 120, 0 and 60 s; Ann's second visit is the only bounce.
    query: { metrics: ['visitors', 'visits', 'pageviews', 'events', 'views_per_visit', 'bounce_rate', 'visit_duration'] },
    rows: [[[], [2, 3, 4, 5, 1.33, 33, 60]]],
  },
  {
    name: 'a gap of 30 minutes begins a visit, one millisecond less does not',
    hits: [
      makeHit({ visitor: 'a', time: at(0) }),
      makeHit({ visitor: 'a', time: at(30) }),
      makeHit({ visitor: 'b', time: at(0) }),
      makeHit({ visitor: 'b', time: at(30) - 1 }),
    ],
    query: { metrics: ['visitors', 'visits'] },
    rows: [[[], [2, 3]]],
  },
  {
    name: 'engagement keeps a visit alive and is no event',
    hits: [read, makeEngagement(read, { time: at(20), engaged: 5 * second }), makeHit({ visitor: 'reader', time: at(45) })],
    query: { metrics: ['visitors', 'visits', 'pageviews', 'events', 'visit_duration'] },
    rows: [[[], [1, 1, 2, 2, 45 * 60]]],
  },
  {
    name: 'engagement after the last pageview lengthens no visit and ends no bounce',
    hits: [read, makeEngagement(read, { time: at(9), engaged: second })],
    query: { metrics: [...sessionMetrics] },
    rows: [[[], [1, 100, 0, 1]]],
  },
  {
    name: 'engagement alone makes nothing',
    hits: [makeEngagement(read, { engaged: second, scroll: 50 })],
    query: { metrics: ['visitors', 'visits', 'events', 'time_on_page', 'scroll_depth'] },
    rows: [[[], [0, 0, 0, null, null]]],
  },
  {
    name: 'a report of another home day than its view is about nothing',
    hits: [read, makeEngagement(read, { engaged: 5 * second }), makeEngagement(read, { day: '2026-11-20', engaged: 9 * second, scroll: 50 })],
    query: { metrics: ['time_on_page', 'scroll_depth'] },
    rows: [[[], [5, null]]],
  },
  {
    name: 'engaged time is the largest total plus the deltas; scroll the deepest',
    hits: [
      { ...read, engaged: 2 * second, scroll: 10 },
      makeEngagement(read, { engaged: 9 * second, scroll: 80 }),
      makeEngagement(read, { engaged: 4 * second, scroll: 30 }),
      makeEngagement(read, { engagedDelta: 500 }),
      makeEngagement(read, { engagedDelta: 700 }),
    ],
    query: { metrics: ['time_on_page', 'scroll_depth'] },
    rows: [[[], [10, 80]]],
  },
  {
    name: 'where views share an id, a report is about the latest that was there before it',
    hits: [
      makeHit({ id: testId(7001), path: '/read', visitor: 'ann', view: testId(7000), time: at(0) }),
      makeEngagement(read, { visitor: 'ann', view: testId(7000), time: at(1), engagedDelta: 10 * second, scroll: 20 }),
      makeEngagement(read, { visitor: 'ann', view: testId(7000), time: at(2), engagedDelta: 2 * second, scroll: 30 }),
      makeHit({ id: testId(7002), path: '/again', visitor: 'ann', view: testId(7000), time: at(3) }),
      makeEngagement(read, { visitor: 'ann', view: testId(7000), time: at(3), engagedDelta: 4 * second, scroll: 90 }),
      makeEngagement(read, { visitor: 'ann', view: testId(7000), time: at(-1), engagedDelta: 1 * second }),
    ],
    query: { metrics: ['time_on_page', 'scroll_depth', 'pageviews'], dimensions: ['event:page'], orderBy: [['event:page', 'asc']] },
    rows: [[['/again'], [4, 90, 1]], [['/read'], [13, 30, 1]]],
  },
  {
    name: 'nobody has looked at a view for longer than a day',
    hits: [read, ...Array.from({ length: 60 }, () => makeEngagement(read, { engagedDelta: 24 * 3600 * second }))],
    query: { metrics: ['time_on_page'] },
    rows: [[[], [25 * 3600]]],
  },
  {
    name: 'time on page is per visit with a known time; scroll depth per visitor, then averaged',
    hits: [
      read,
      makeEngagement(read, { engaged: 10 * second, scroll: 20 }),
      again,
      makeEngagement(again, { engaged: 20 * second, scroll: 90 }),
      other,
      makeEngagement(other, { engaged: 5 * second, scroll: 45 }),
      makeHit({ path: '/read', visitor: 'silent' }),
    ],
    query: { metrics: ['time_on_page', 'scroll_depth', 'visitors'], dimensions: ['event:page'] },
    // (10 + 20 + 5) / 2 visits; (90 + 45) / 2 visitors.
    rows: [[['/read'], [18, 68, 3]]],
  },
  {
    name: 'bounces: custom events end one unless they are not interactive',
    hits: [
      makeHit({ visitor: 'a' }),
      makeHit({ visitor: 'b' }),
      makeEvent('buy', { visitor: 'b', time: at(1) }),
      makeHit({ visitor: 'c' }),
      makeEvent('seen', { visitor: 'c', time: at(1), interactive: false }),
      makeEvent('ping', { visitor: 'd', interactive: false }),
    ],
    query: { metrics: ['visits', 'bounce_rate'] },
    rows: [[[], [4, 75]]],
  },
  {
    name: 'visitors: the hash, else the session, else the view; once per home day',
    hits: [
      makeHit({ visitor: 'a', session: 's1' }),
      makeHit({ visitor: 'a', session: 's2' }),
      makeHit({ visitor: 'a', time: at(0) + day }),
      makeHit({ visitor: '', session: 's3' }),
      makeHit({ visitor: '', session: 's3', time: at(1) }),
      makeHit({ visitor: '', id: testId(9001) }),
      makeEvent('x', { visitor: '', view: testId(9001), time: at(2) }),
      makeHit({ visitor: '' }),
    ],
    query: { metrics: ['visitors', 'visits'], range: { from: noon - day, to: noon + 2 * day } },
    rows: [[[], [5, 6]]],
  },
  {
    name: 'a session over midnight is two visits, so that days add up',
    hits: [
      makeHit({ visitor: '', session: 's', time: at(12 * 60 - 1) }),
      makeHit({ visitor: '', session: 's', time: at(12 * 60 + 1) }),
    ],
    query: { metrics: ['visits', 'visitors'], range: { from: noon, to: noon + day } },
    rows: [[[], [2, 2]]],
  },
  {
    name: 'the range is half open, for hits and for the beginnings of visits',
    hits: [
      makeHit({ visitor: 'a', time: at(-1) }),
      makeHit({ visitor: 'a', time: at(0) }),
      makeHit({ visitor: 'b', time: at(9) }),
      makeHit({ visitor: 'c', time: at(10) }),
    ],
    query: { metrics: ['visitors', 'pageviews', 'visits'], range: { from: at(0), to: at(10) } },
    rows: [[[], [2, 2, 1]]],
  },
  {
    name: 'top pages, most visitors first, ties by name',
    hits: annAndBob,
    query: { metrics: ['visitors', 'pageviews'], dimensions: ['event:page'] },
    rows: [
      [['/'], [2, 2]],
      [['/cart'], [1, 2]],
    ],
  },
  {
    name: 'what is said of whole visits is said of the page they began with',
    hits: annAndBob,
    query: { metrics: [...sessionMetrics], dimensions: ['event:page'], orderBy: [['event:page', 'asc']] },
    // /: Ann's first visit (120 s, 2 views) and Bob's (60 s, 1 view); both went on. /cart: entered by Ann's second.
    rows: [
      [['/'], [2, 0, 90, 1.5]],
      [['/cart'], [2, 100, 0, 1]],
    ],
  },
  {
    name: 'page filter: visits that saw it; their bounce rate only if they began there',
    hits: annAndBob,
    query: { metrics: ['visitors', 'pageviews', ...sessionMetrics], filters: [['is', 'event:page', ['/cart']]] },
    rows: [[[], [1, 2, 2, 100, 60, 1.5]]],
  },
  {
    name: 'page filter and pages: only rows that pass the filter',
    hits: annAndBob,
    query: { metrics: ['visits', 'bounce_rate'], dimensions: ['event:page'], filters: [['is', 'event:page', ['/cart']]] },
    rows: [[['/cart'], [2, 100]]],
  },
  {
    name: 'sources: source, else referring host, else direct',
    hits: annAndBob,
    query: { metrics: ['visits', 'visitors', 'pageviews'], dimensions: ['visit:source'] },
    rows: [
      [['Direct / None'], [1, 1, 1]],
      [['blog.example'], [1, 1, 1]],
      [['news'], [1, 1, 2]],
    ],
  },
  {
    name: 'referrer and campaign, with words for nothing',
    hits: annAndBob,
    query: { metrics: ['visits'], dimensions: ['visit:referrer', 'visit:utm_source', 'visit:utm_medium', 'visit:utm_campaign'] },
    rows: [
      [['Direct / None', '(not set)', '(not set)', '(not set)'], [1]],
      [['Direct / None', 'news', 'email', 'may'], [1]],
      [['https://www.blog.example/x', '(not set)', '(not set)', '(not set)'], [1]],
    ],
  },
  {
    name: 'channel, terms, device and place of the hit that a visit began with; with words for nothing',
    hits: [
      makeHit({ visitor: 'ann', time: at(0), channel: 'Organic Search', term: 'boots', content: 'top', browser: 'Firefox', browserVersion: '140', os: 'Android', osVersion: '15', device: 'Mobile', country: 'DE', region: 'DE-BY', city: 'München', language: 'de-DE' }),
      makeHit({ visitor: 'ann', time: at(1), channel: 'Email', term: 'x', content: 'x', browser: 'Safari', browserVersion: '26', os: 'iOS', osVersion: '26', device: 'Tablet', country: 'FR', region: 'FR-75C', city: 'Paris', language: 'fr' }),
      makeHit({ visitor: 'bob', time: at(2) }),
    ],
    query: {
      metrics: ['visits', 'pageviews'],
      dimensions: [
        'visit:channel', 'visit:utm_term', 'visit:utm_content', 'visit:browser', 'visit:browser_version', 'visit:os', 'visit:os_version',
        'visit:device', 'visit:country', 'visit:region', 'visit:city', 'visit:language',
      ],
      orderBy: [['visit:channel', 'asc']],
    },
    rows: [
      [['Direct', ...Array.from({ length: 11 }, () => '(not set)')], [1, 1]],
      [['Organic Search', 'boots', 'top', 'Firefox', '140', 'Android', '15', 'Mobile', 'DE', 'DE-BY', 'München', 'de-DE'], [1, 2]],
    ],
  },
  {
    name: 'classes of screens by their width',
    hits: ['575x900', '576x900', '991x700', '992x700', '1439x900', '1440x900', undefined].map((screen, index) =>
      makeHit({ visitor: `v${index}`, ...(screen !== undefined && { screen }) }),
    ),
    query: { metrics: ['visits'], dimensions: ['visit:screen_class'], orderBy: [['visit:screen_class', 'asc']] },
    rows: [
      [['(not set)'], [1]],
      [['Desktop'], [1]],
      [['Laptop'], [2]],
      [['Mobile'], [1]],
      [['Tablet'], [2]],
    ],
  },
  {
    name: 'visits by device and place are filtered like all others',
    hits: [makeHit({ visitor: 'a', device: 'TV', country: 'DE' }), makeHit({ visitor: 'b', device: 'TV' }), makeHit({ visitor: 'c' })],
    query: { metrics: ['visits'], filters: [['is', 'visit:device', ['TV']], ['is', 'visit:country', ['(not set)']]] },
    rows: [[[], [1]]],
  },
  {
    name: 'entry and exit pages; a visit of events alone has none',
    hits: [...annAndBob, makeEvent('call', { visitor: 'phone' })],
    query: { metrics: ['visits'], dimensions: ['visit:entry_page', 'visit:exit_page'] },
    rows: [
      [['(not set)', '(not set)'], [1]],
      [['/', '/'], [1]],
      [['/', '/cart'], [1]],
      [['/cart', '/cart'], [1]],
    ],
  },
  {
    name: 'event names and properties',
    hits: annAndBob,
    query: { metrics: ['events', 'visitors'], dimensions: ['event:name', 'event:props:plan', 'event:props:seats'] },
    rows: [
      [['pageview', '(none)', '(none)'], [4, 2]],
      [['signup', 'pro', '3'], [1, 1]],
    ],
  },
  {
    name: 'a property called __proto__ is a plain name',
    hits: [makeEvent('x', { props: JSON.parse('{"__proto__":"1"}') as Record<string, string> }), makeEvent('y')],
    query: { metrics: ['events'], dimensions: ['event:props:__proto__', 'event:props:constructor'] },
    rows: [
      [['(none)', '(none)'], [1]],
      [['1', '(none)'], [1]],
    ],
  },
  {
    name: 'host names',
    hits: [makeHit({ hostname: 'a.example' }), makeHit({ hostname: 'b.example', time: at(1) })],
    query: { metrics: ['pageviews', 'bounce_rate'], dimensions: ['event:hostname'] },
    rows: [
      [['a.example'], [1, 0]],
      [['b.example'], [1, null]],
    ],
  },
  {
    name: 'visit filters pick whole visits',
    hits: annAndBob,
    query: { metrics: ['visitors', 'pageviews', 'events', 'visits'], filters: [['is', 'visit:source', ['news', 'blog.example']]] },
    rows: [[[], [2, 3, 4, 2]]],
  },
  {
    name: 'is_not, contains and contains_not; contains respects case',
    hits: annAndBob,
    query: {
      metrics: ['pageviews'],
      filters: [
        ['is_not', 'visit:source', ['news']],
        ['contains', 'event:page', ['ar', 'nothing']],
        ['contains_not', 'event:page', ['CART']],
      ],
    },
    rows: [[[], [1]]],
  },
  {
    name: 'and, or, not',
    hits: annAndBob,
    query: {
      metrics: ['pageviews', 'events', 'visits'],
      filters: [
        ['or', [['is', 'event:name', ['signup']], ['and', [['is', 'event:page', ['/']], ['is', 'visit:source', ['news']]]]]],
        ['not', ['is', 'event:page', ['/none']]],
      ],
    },
    rows: [[[], [1, 2, 2]]],
  },
  {
    name: 'a visit passes when one hit meets all filters, not each filter some hit',
    hits: annAndBob,
    query: { metrics: ['visits'], filters: [['is', 'event:name', ['signup']], ['is', 'event:page', ['/cart']]] },
    rows: [[[], [0]]],
  },
  {
    name: 'percentage of all visitors that the filters let through',
    hits: [
      makeHit({ visitor: 'a' }),
      makeHit({ visitor: 'b' }),
      makeHit({ visitor: 'c', path: '/x' }),
      makeHit({ visitor: 'd', hostname: 'other' }),
    ],
    query: { metrics: ['visitors', 'percentage'], dimensions: ['event:page'], filters: [['is', 'event:hostname', ['shop.example']]] },
    rows: [
      [['/'], [2, 66.7]],
      [['/x'], [1, 33.3]],
    ],
  },
  {
    name: 'hours where the visit began, in a zone that is 45 minutes off',
    hits: [makeHit({ visitor: 'a', time: at(10) }), makeHit({ visitor: 'a', time: at(20) })],
    // 12:10 and 12:20 UTC are 17:55 and 18:05 in Kathmandu.
    query: { metrics: ['pageviews', 'visits'], dimensions: ['time:hour'], timezone: 'Asia/Kathmandu', orderBy: [['time:hour', 'asc']] },
    rows: [
      [['2026-11-21 17:00:00'], [1, 1]],
      [['2026-11-21 18:00:00'], [1, 0]],
    ],
  },
  {
    name: 'days, weeks from Monday, and months, as calendars west of Greenwich have them',
    hits: [makeHit({ time: Date.UTC(2026, 10, 2, 4, 30) })],
    query: {
      metrics: ['pageviews'],
      dimensions: ['time:day', 'time:week', 'time:month'],
      timezone: 'America/New_York',
      range: { from: 0, to: noon },
    },
    // Sunday, 1 November, 23:30.
    rows: [[['2026-11-01', '2026-10-26', '2026-11-01'], [1]]],
  },
  {
    name: 'first and last touch of a session id, over its visits of several days, up to each of them',
    hits: tabOfAWeek,
    query: { metrics: ['visits'], dimensions: ['time:day', 'visit:source', 'first:source', 'last:source'], range: week, orderBy: [['time:day', 'asc']] },
    rows: [
      [['2026-11-17', 'Direct / None', 'Direct / None', 'Direct / None'], [1]],
      [['2026-11-18', 'Google', 'Google', 'Google'], [1]],
      [['2026-11-19', 'Direct / None', 'Google', 'Google'], [1]],
      [['2026-11-20', 'news', 'Google', 'news'], [1]],
      [['2026-11-21', 'Direct / None', 'Direct / None', 'Direct / None'], [1]],
      [['2026-11-21', 'Direct / None', 'Google', 'news'], [2]],
    ],
  },
  {
    name: 'a source has the name that people know, whichever of its hosts and words said it; what is in no table is itself',
    hits: [
      makeHit({ visitor: 'a', referrer: 'https://www.google.de/', referrerHost: 'google.de' }),
      makeHit({ visitor: 'b', source: 'google', medium: 'cpc', referrerHost: 'google.com' }),
      makeHit({ visitor: 'c', referrer: 'android-app://com.google.android.googlequicksearchbox', referrerHost: 'com.google.android.googlequicksearchbox' }),
      makeHit({ visitor: 'd', referrerHost: 'google.evil.example' }),
      makeHit({ visitor: 'e', source: 'constructor' }),
    ],
    query: { metrics: ['visitors'], dimensions: ['visit:source'] },
    rows: [
      [['Google'], [3]],
      [['constructor'], [1]],
      [['google.evil.example'], [1]],
    ],
  },
  {
    name: 'a filter by the name of a source',
    hits: [makeHit({ visitor: 'a', referrerHost: 'google.de' }), makeHit({ visitor: 'b', source: 'google' }), makeHit({ visitor: 'c', source: 'news' })],
    query: { metrics: ['visitors'], dimensions: ['visit:utm_source'], filters: [['is', 'visit:source', ['Google']]] },
    rows: [
      [['(not set)'], [1]],
      [['google'], [1]],
    ],
  },
  {
    name: 'touches before the range, in every word that they have',
    hits: tabOfAWeek,
    query: {
      metrics: ['visits'],
      dimensions: ['first:utm_medium', 'first:utm_campaign', 'first:utm_term', 'first:channel', 'first:click_id', 'last:referrer', 'last:utm_content', 'last:click_id'],
      filters: [['is', 'last:utm_source', ['news']]],
    },
    rows: [[['cpc', 'may', 'shoes', 'Paid Search', 'gclid=Ab%26c&wbraid=W', 'https://news.example/', '(not set)', '(not set)'], [2]]],
  },
  {
    name: 'a touch counts for 90 days, and neither without a session id nor for another one',
    hits: [
      makeHit({ session: 'tab', visitor: 'a', time: at(0) - 90 * day, source: 'old', medium: 'email' }),
      makeHit({ session: 'tab', visitor: 'a', time: at(0) }),
      makeHit({ session: 'tab', visitor: 'a', time: at(40) }),
      makeHit({ session: 'other', visitor: 'b', time: at(0) }),
      makeHit({ time: at(-60), source: 'mine' }),
      makeHit({ time: at(0) }),
    ],
    query: { metrics: ['visits', 'percentage'], dimensions: ['first:source'], filters: [['not', ['is', 'first:utm_source', ['mine']]]] },
    rows: [
      [['Direct / None'], [3, 100]],
      [['old'], [1, 33.3]],
    ],
  },
  {
    name: 'click ids of a visit, as a URL has them',
    hits: [makeHit({ clickIds: { wbraid: 'W', gclid: 'a b' } }), makeHit({ visitor: 'other' })],
    query: { metrics: ['visits'], dimensions: ['visit:click_id'] },
    rows: [
      [['(not set)'], [1]],
      [['gclid=a+b&wbraid=W'], [1]],
    ],
  },
  {
    name: 'order by metric upwards, null first, then by dimension downwards',
    hits: [makeHit({ hostname: 'a' }), makeHit({ hostname: 'b', time: at(1) }), makeHit({ hostname: 'c', time: at(2) })],
    query: { metrics: ['pageviews'], dimensions: ['event:hostname'], orderBy: [['bounce_rate', 'asc'], ['event:hostname', 'desc']] },
    rows: [
      [['c'], [1]],
      [['b'], [1]],
      [['a'], [1]],
    ],
  },
  {
    name: 'order by a metric that is not shown',
    hits: [makeHit({ path: '/a', engaged: second }), makeHit({ path: '/b', engaged: 9 * second }), makeHit({ path: '/c' })],
    query: { metrics: ['pageviews'], dimensions: ['event:page'], orderBy: [['time_on_page', 'desc']] },
    rows: [
      [['/b'], [1]],
      [['/a'], [1]],
      [['/c'], [1]],
    ],
  },
  {
    name: 'pages of rows, and how many there are without',
    hits: ['/a', '/b', '/c', '/d'].map((path) => makeHit({ path })),
    query: { metrics: ['pageviews'], dimensions: ['event:page'], pagination: { limit: 2, offset: 1 } },
    rows: [
      [['/b'], [1]],
      [['/c'], [1]],
    ],
    totalRows: 4,
  },
  {
    name: 'goals, when nobody has said which: every interactive custom event',
    hits: shoppers,
    query: { metrics: ['visitors', 'visits', 'events', 'conversion_rate'], dimensions: ['event:goal'] },
    rows: [
      [['buy'], [1, 1, 1, 33.3]],
      [['signup'], [1, 2, 2, 33.3]],
    ],
  },
  {
    name: 'goals of an event and of pages: a hit may reach several, and one that reaches none is in no row',
    hits: shoppers,
    query: { metrics: ['visitors', 'visits', 'events', 'pageviews', 'conversion_rate'], dimensions: ['event:goal'], goals: shopGoals },
    rows: [
      [['Read the blog'], [2, 2, 2, 2, 66.7]],
      [['Seen'], [1, 1, 1, 0, 33.3]],
      [['Signup'], [1, 2, 2, 0, 33.3]],
      [['Visit /blog/a'], [1, 1, 1, 1, 33.3]],
    ],
  },
  {
    name: 'a site without goals has no conversions',
    hits: shoppers,
    query: { metrics: ['visitors'], dimensions: ['event:goal'], goals: [] },
    rows: [],
  },
  {
    name: 'goals and another dimension, beside each other; the visits are those with such a hit',
    hits: shoppers,
    query: { metrics: ['events', 'bounce_rate', 'visit_duration'], dimensions: ['visit:source', 'event:goal'], orderBy: [['visit:source', 'asc']] },
    rows: [
      [['Direct / None', 'buy'], [1, 0, 120]],
      [['Direct / None', 'signup'], [1, 0, 60]],
      [['news', 'signup'], [1, 0, 120]],
    ],
  },
  {
    name: 'a filter by goals picks hits; their other goals are no rows then',
    hits: shoppers,
    query: { metrics: ['events'], dimensions: ['event:goal'], goals: shopGoals, filters: [['is', 'event:goal', ['Visit /blog/a', 'Nobody’s']]] },
    rows: [[['Visit /blog/a'], [1]]],
  },
  {
    name: 'is_not, contains and matches of goals ask for their names; is_not lets through what reaches none',
    hits: shoppers,
    query: {
      metrics: ['pageviews', 'events'],
      goals: shopGoals,
      filters: [['is_not', 'event:goal', ['Visit /blog/a']], ['not', ['contains', 'event:goal', ['SIGN'], { caseSensitive: false }]], ['matches_not', 'event:goal', ['^See']]],
    },
    // All six pageviews but /blog/a, and the purchase.
    rows: [[[], [5, 6]]],
  },
  {
    name: 'conversion rates: of all visitors, and of those of the row',
    hits: shoppers,
    query: { metrics: ['visitors', 'conversion_rate', 'group_conversion_rate'], dimensions: ['visit:source'], filters: [['is', 'event:goal', ['signup']]] },
    rows: [
      [['Direct / None'], [1, 33.3, 33.3]],
      [['news'], [1, 33.3, 100]],
    ],
  },
  {
    name: 'conversion rates of a property, and of events by name',
    hits: shoppers,
    query: {
      metrics: ['conversion_rate', 'group_conversion_rate'],
      dimensions: ['event:props:plan', 'time:day'],
      filters: [['and', [signedUp, ['is_not', 'event:props:plan', ['free']]]]],
    },
    rows: [[['pro', '2026-11-21'], [33.3, 33.3]]],
  },
  {
    name: 'who could have converted has met the other filters',
    hits: shoppers,
    query: { metrics: ['conversion_rate'], filters: [['is', 'event:goal', ['signup']], ['is', 'visit:entry_page', ['/']], ['has_not_done', ['is', 'event:name', ['buy']]]] },
    rows: [[[], [50]]],
  },
  {
    name: 'conversion rates over days: visitors of each day, summed up; null where there was nobody',
    hits: [
      makeHit({ visitor: 'a', time: noon - day }),
      makeEvent('signup', { visitor: 'a', time: noon - day }),
      makeHit({ visitor: 'a' }),
      makeHit({ visitor: 'b' }),
      makeEvent('signup', { visitor: 'b', hostname: 'other' }),
    ],
    query: {
      metrics: ['conversion_rate', 'group_conversion_rate'],
      dimensions: ['event:hostname', 'event:goal'],
      range: { from: noon - 2 * day, to: noon + day },
      filters: [['is', 'event:name', ['signup']]],
    },
    // Ann on two days and Bob: 3. At shop.example the three of them, at the other only Bob.
    rows: [
      [['other', 'signup'], [33.3, 100]],
      [['shop.example', 'signup'], [33.3, 33.3]],
    ],
  },
  {
    name: 'nobody at all: no conversion rate',
    hits: [],
    query: { metrics: ['conversion_rate', 'group_conversion_rate', 'total_revenue'], filters: [signedUp] },
    rows: [[[], [null, null, null]]],
  },
  {
    name: 'exit rate: of the views of a page those that were a visit’s last',
    hits: annAndBob,
    query: { metrics: ['visits', 'exit_rate'], dimensions: ['visit:exit_page'] },
    rows: [
      [['/cart'], [2, 100]],
      [['/'], [1, 50]],
    ],
  },
  {
    name: 'exit rate of one page, and of visits from one source; of visits without a page there is none',
    hits: [...annAndBob, makeEvent('call', { visitor: 'phone' })],
    query: {
      metrics: ['exit_rate'],
      dimensions: ['visit:exit_page', 'visit:source'],
      filters: [['or', [['is', 'visit:exit_page', ['/', '(not set)']], ['not', ['is_not', 'visit:source', ['news']]]]]],
    },
    rows: [
      [['/', 'blog.example'], [100]],
      [['/cart', 'news'], [100]],
      [['(not set)', 'Direct / None'], [null]],
    ],
  },
  {
    name: 'exit rate with a filter by the exit page: the views of visits that went on count too',
    hits: annAndBob,
    query: { metrics: ['exit_rate'], dimensions: ['visit:exit_page'], filters: [['is', 'visit:exit_page', ['/*']], ['has_done', ['is', 'event:page', ['/']]]] },
    // Of Ann's first visit and Bob's: / seen twice and left once, /cart once and once.
    rows: [
      [['/cart'], [100]],
      [['/'], [50]],
    ],
  },
  {
    name: 'exit rate of the pages that are asked for: the same as without the filter',
    hits: annAndBob,
    query: { metrics: ['exit_rate'], dimensions: ['visit:exit_page'], filters: [['and', [['not', ['is_not', 'visit:exit_page', ['/']]]]]] },
    rows: [[['/'], [50]]],
  },
  {
    name: 'revenue of one currency: exact, and per hit that brought some',
    hits: [paid('0.1', 'EUR'), paid('0.2', 'EUR', { time: at(1) }), makeHit({ time: at(2), revenue: { amount: '0.000001', currency: 'EUR' } }), makeHit()],
    query: { metrics: ['events', 'total_revenue', 'average_revenue'] },
    rows: [[[], [4, 0.300001, 0.1], 'EUR']],
  },
  {
    name: 'revenue of several currencies is not added up; without any there is none',
    hits: [paid('5', 'EUR'), paid('7', 'USD', { name: 'rent' }), paid('9', 'USD'), makeHit({ path: '/x' })],
    query: { metrics: ['total_revenue', 'average_revenue'], dimensions: ['event:name'], orderBy: [['event:name', 'asc']] },
    rows: [
      [['buy'], [null, null]],
      [['pageview'], [null, null]],
      [['rent'], [7, 7], 'USD'],
    ],
  },
  {
    name: 'revenue over days; refunds are more than nothing',
    hits: [
      paid('10.50', 'EUR', { time: noon - day, path: '/a' }),
      paid('0.01', 'EUR', { path: '/a' }),
      paid('-3', 'EUR', { path: '/b' }),
      makeHit({ path: '/c' }),
    ],
    query: {
      metrics: ['average_revenue', 'total_revenue'],
      dimensions: ['event:page'],
      orderBy: [['total_revenue', 'asc']],
      range: { from: noon - 2 * day, to: noon + day },
    },
    rows: [
      [['/c'], [null, null]],
      [['/b'], [-3, -3], 'EUR'],
      [['/a'], [5.255, 10.51], 'EUR'],
    ],
  },
  {
    name: 'revenue of goals: in the row of each that the hit reaches',
    hits: shoppers,
    query: { metrics: ['total_revenue'], dimensions: ['event:goal'] },
    rows: [
      [['buy'], [9.99], 'EUR'],
      [['signup'], [null]],
    ],
  },
  {
    name: 'revenue by where visits are from: of the hits inside the range, the same amount several times; what is no amount is nothing',
    hits: [
      paid('2.5', 'EUR', { visitor: 'ann', country: 'DE', time: at(0) }),
      paid('2.50', 'EUR', { visitor: 'ann', country: 'DE', time: at(1) }),
      paid('2.5', 'EUR', { visitor: 'ann', time: at(2) }),
      paid('100', 'EUR', { visitor: 'ann', time: at(3) }),
      paid('ten', 'EUR', { visitor: 'bob', country: 'FR', time: at(0) }),
      paid('10', 'euros', { visitor: 'bob', country: 'FR', time: at(1) }),
      paid('0', 'CHF', { visitor: 'cat', country: 'CH', time: at(1) }),
      makeHit({ visitor: 'cat', country: 'CH', time: at(2) }),
    ],
    query: { metrics: ['events', 'total_revenue', 'average_revenue'], dimensions: ['visit:country'], range: { from: at(0), to: at(3) } },
    rows: [
      [['DE'], [3, 7.5, 2.5], 'EUR'],
      [['CH'], [2, 0, 0], 'CHF'],
      [['FR'], [2, null, null]],
    ],
  },
  {
    name: 'revenue of visits and hits that are filtered, in the row of each goal that a hit reaches',
    hits: [
      paid('1.000001', 'USD', { visitor: 'ann', country: 'US', path: '/shop/a' }),
      paid('2', 'USD', { visitor: 'bob', country: 'US', path: '/' }),
      paid('4', 'USD', { visitor: 'cat', country: 'DE', path: '/shop/a' }),
      makeHit({ visitor: 'dan', country: 'US', path: '/shop/b', revenue: { amount: '8', currency: 'USD' } }),
      makeHit({ visitor: 'eve', country: 'US', path: '/shop/b', revenue: { amount: '16', currency: 'CAD' } }),
    ],
    query: {
      metrics: ['total_revenue', 'visitors'],
      dimensions: ['event:goal'],
      filters: [
        ['is', 'visit:country', ['US']],
        ['is', 'event:page', ['/shop/*']],
      ],
      goals: [{ name: 'Buy', event: 'buy' }, { name: 'Pay', event: 'buy' }, { name: 'Shop', page: '/shop/*' }],
      orderBy: [['event:goal', 'asc']],
    },
    rows: [
      [['Buy'], [1.000001, 1], 'USD'],
      [['Pay'], [1.000001, 1], 'USD'],
      [['Shop'], [null, 2]],
    ],
  },
  {
    name: 'a star in pages stands for any text, also with slashes, also for none',
    hits: blog,
    query: { metrics: ['pageviews'], dimensions: ['event:page'], filters: [['is', 'event:page', ['/blog/*', '*/12']]], orderBy: [['event:page', 'asc']] },
    rows: [
      [['/Blog/12'], [1]],
      [['/blog/'], [1]],
      [['/blog/a'], [1]],
      [['/blog/a/b'], [1]],
    ],
  },
  {
    name: 'stars in entry and exit pages, negated, whatever the case; elsewhere a star is a star',
    hits: [...blog, makeEvent('x', { visitor: 'e', props: { mark: '*' } }), makeEvent('x', { visitor: 'f', props: { mark: 'ab' } })],
    query: {
      metrics: ['visits'],
      dimensions: ['visit:entry_page', 'event:props:mark'],
      filters: [
        ['is_not', 'visit:entry_page', ['/BLOG*', '/my/*'], { caseSensitive: false }],
        ['is', 'visit:exit_page', ['*']],
        ['is', 'event:props:mark', ['*', '(none)']],
      ],
      orderBy: [['visit:entry_page', 'asc']],
    },
    rows: [
      [['(not set)', '*'], [1]],
      [['/a*b', '(none)'], [1]],
    ],
  },
  {
    name: 'matches: regular expressions, anywhere in the value unless they say where',
    hits: blog,
    query: {
      metrics: ['pageviews'],
      dimensions: ['event:page'],
      filters: [['matches', 'event:page', ['^/blog', '[0-9]{2}$']], ['matches_not', 'event:page', ['/$', '/b$']]],
      orderBy: [['event:page', 'asc']],
    },
    rows: [
      [['/Blog/12'], [1]],
      [['/blog'], [1]],
      [['/blog/a'], [1]],
    ],
  },
  {
    name: 'whatever the case: is, contains and matches, of letters outside ASCII too',
    hits: ['Äpfel', 'ÄPFEL', 'äpfel ', 'Apfel'].map((source) => makeHit({ source, visitor: source })),
    query: {
      metrics: ['visits'],
      dimensions: ['visit:source'],
      filters: [
        ['contains', 'visit:source', ['äPFEL'], { caseSensitive: false }],
        ['is_not', 'visit:source', ['äpfel'], { caseSensitive: true }],
        ['not', ['is', 'visit:source', ['äpfeL '], { caseSensitive: false }]],
        ['matches', 'visit:source', ['^ä.f'], { caseSensitive: false }],
      ],
      orderBy: [['visit:source', 'asc']],
    },
    rows: [
      [['ÄPFEL'], [1]],
      [['Äpfel'], [1]],
    ],
  },
  {
    name: 'what visits have done picks them whole, each visit for itself',
    hits: annAndBob,
    query: { metrics: ['pageviews', 'events', 'visits'], filters: [['has_done', ['is', 'event:name', ['signup']]]] },
    rows: [[[], [1, 2, 1]]],
  },
  {
    name: 'what visits have not done: of Ann’s visits the first did see /',
    hits: annAndBob,
    query: { metrics: ['pageviews', 'visits'], dimensions: ['event:page'], filters: [['has_not_done', ['is', 'event:page', ['/']]]] },
    rows: [[['/cart'], [1, 1]]],
  },
  {
    name: 'has_done among others: in or and not, with and inside',
    hits: annAndBob,
    query: {
      metrics: ['pageviews', 'events', 'visits'],
      filters: [
        ['or', [['has_done', ['is', 'event:goal', ['signup']]], ['not', ['has_not_done', ['and', [['is', 'event:page', ['/cart']], ['is', 'visit:source', ['news']]]]]]]],
        ['has_done', ['has_not_done', ['is', 'event:page', ['/none']]]],
      ],
    },
    rows: [[[], [3, 4, 2]]],
  },
  {
    name: 'what was done outside the range was not done',
    hits: annAndBob,
    query: { metrics: ['pageviews'], filters: [['has_done', ['is', 'event:name', ['signup']]]], range: { from: at(0), to: at(11) } },
    rows: [[[], [0]]],
  },
  {
    name: 'names of places, and hosts of entry and exit pages',
    hits: [
      makeHit({ visitor: 'a', hostname: 'one.example', country: 'DE', region: 'Bavaria', city: 'München' }),
      makeHit({ visitor: 'a', hostname: 'two.example', time: at(1) }),
      makeEvent('x', { visitor: 'b', hostname: 'one.example', country: 'QQ', region: 'FR-75C' }),
      makeEvent('x', { visitor: 'c' }),
    ],
    query: {
      metrics: ['visits'],
      dimensions: ['visit:country_name', 'visit:region_name', 'visit:city_name', 'visit:entry_page_hostname', 'visit:exit_page_hostname'],
      orderBy: [['visit:country_name', 'asc']],
    },
    rows: [
      [['(not set)', '(not set)', '(not set)', '(not set)', '(not set)'], [1]],
      [['Germany', 'Bavaria', 'München', 'one.example', 'two.example'], [1]],
      [['QQ', 'FR-75C', '(not set)', '(not set)', '(not set)'], [1]],
    ],
  },
  {
    name: 'minutes, in a zone that is 45 minutes off',
    hits: [makeHit({ visitor: 'a', time: at(10) + 59 * second }), makeHit({ visitor: 'b', time: at(14) }), makeHit({ visitor: 'c', time: at(14) + 5 * second }), makeHit({ visitor: 'd', time: at(29) })],
    query: { metrics: ['pageviews', 'visits'], dimensions: ['time:minute'], timezone: 'Asia/Kathmandu', orderBy: [['time:minute', 'asc']] },
    rows: [
      [['2026-11-21 17:55:00'], [1, 1]],
      [['2026-11-21 17:59:00'], [2, 2]],
      [['2026-11-21 18:14:00'], [1, 1]],
    ],
  },
  {
    name: 'another site is another world',
    hits: [makeHit({ site: 'other' }), makeHit()],
    query: { metrics: ['visitors'] },
    rows: [[[], [1]]],
  },
]
