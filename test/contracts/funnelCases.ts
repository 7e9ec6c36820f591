import type { FunnelQuery, JourneyColumn, JourneyQuery, StoredHit } from '@treadlight/store'
import { makeEngagement, makeEvent, makeHit, minute, noon, testId } from '../store/makeHit.ts'

type Counts = [visits: number, visitors: number]

export interface FunnelCase {
  name: string
  hits: StoredHit[]
  query: Omit<FunnelQuery, 'site' | 'range'> & Partial<FunnelQuery>
  all: Counts
  steps: Counts[]
}

export interface JourneyCase {
  name: string
  hits: StoredHit[]
  query: Partial<JourneyQuery>
  visits: number
  started: number
  columns: JourneyColumn[]
}

const at = (minutes: number) => noon + minutes * minute

/** Ann comes twice and buys the second time; Bob goes from the list to the cart and back; Cat only reads; Dan's robot buys at once. */
const shoppers = [
  makeHit({ visitor: 'ann', path: '/', time: at(0), source: 'news' }),
  makeHit({ visitor: 'ann', path: '/list', time: at(1) }),
  makeHit({ visitor: 'ann', path: '/', time: at(60) }),
  makeHit({ visitor: 'ann', path: '/list/shoes', time: at(61) }),
  makeHit({ visitor: 'ann', path: '/cart', time: at(62) }),
  makeEvent('seen', { visitor: 'ann', path: '/cart', time: at(63), interactive: false }),
  makeEvent('buy', { visitor: 'ann', path: '/cart', time: at(64) }),
  makeHit({ visitor: 'bob', path: '/list', time: at(0) }),
  makeHit({ visitor: 'bob', path: '/list', time: at(1) }),
  makeHit({ visitor: 'bob', path: '/cart', time: at(2) }),
  makeHit({ visitor: 'bob', path: '/list', time: at(3) }),
  makeHit({ visitor: 'cat', path: '/blog', time: at(0) }),
  makeEvent('buy', { visitor: 'dan', path: '/cart', time: at(0) }),
  makeHit({ visitor: 'dan', path: '/cart', time: at(1) }),
]
const toCart = { steps: [{ page: '/list*' }, { page: '/cart' }, { event: 'buy' }] }

export const funnelCases: FunnelCase[] = [
  { name: 'nothing at all', hits: [], query: toCart, all: [0, 0], steps: [[0, 0], [0, 0], [0, 0]] },
  { name: 'steps are taken in order, with others between; visitors count once', hits: shoppers, query: toCart, all: [5, 4], steps: [[3, 2], [2, 2], [1, 1]] },
  {
    name: 'a hit is one step: the same page twice has to be seen twice',
    hits: shoppers,
    query: { steps: [{ page: '/list' }, { page: '/list' }, { page: '/list' }, { page: '*' }] },
    all: [5, 4],
    steps: [[2, 2], [1, 1], [1, 1], [0, 0]],
  },
  {
    name: 'of hits of one moment the smaller id came first',
    hits: [
      makeHit({ visitor: 'a', id: testId(9002), path: '/one' }),
      makeHit({ visitor: 'a', id: testId(9001), path: '/two' }),
      makeHit({ visitor: 'b', id: testId(9003), path: '/one' }),
      makeHit({ visitor: 'b', id: testId(9004), path: '/two' }),
    ],
    query: { steps: [{ page: '/one' }, { page: '/two' }] },
    all: [2, 2],
    steps: [[2, 2], [1, 1]],
  },
  {
    name: 'filters pick visits: those of which one hit meets them all',
    hits: shoppers,
    query: { ...toCart, filters: [['is', 'event:page', ['/cart']], ['is', 'event:name', ['pageview']]] },
    all: [3, 3],
    steps: [[2, 2], [2, 2], [1, 1]],
  },
  { name: 'filters of visits', hits: shoppers, query: { ...toCart, filters: [['is', 'visit:source', ['news']]] }, all: [1, 1], steps: [[1, 1], [0, 0], [0, 0]] },
  {
    name: 'goals by their names; unnamed ones are the interactive events',
    hits: shoppers,
    query: { steps: [{ page: '/cart' }, { goal: 'seen' }], filters: [['has_done', ['is', 'event:goal', ['buy']]]] },
    all: [2, 2],
    steps: [[2, 2], [0, 0]],
  },
  {
    name: 'goals that are named: pages and events, passive ones too',
    hits: shoppers,
    query: { steps: [{ goal: 'Cart' }, { goal: 'Saw' }, { goal: 'never' }], goals: [{ name: 'Cart', page: '/c*t' }, { name: 'Cart', page: '/cart' }, { name: 'Saw', event: 'seen' }] },
    all: [5, 4],
    steps: [[3, 3], [1, 1], [0, 0]],
  },
  {
    name: 'visits that begin in the range count whole, those that began before not at all',
    hits: shoppers,
    query: { ...toCart, range: { from: at(0) + 1, to: at(61) } },
    all: [1, 1],
    steps: [[1, 1], [1, 1], [1, 1]],
  },
  {
    name: 'engagement is no step and a name of an event no page',
    hits: [makeHit({ visitor: 'a', path: '/read' }), makeEngagement(makeHit({ visitor: 'a', path: '/read' }), { time: at(1), engaged: 10 }), makeEvent('/read', { visitor: 'a', path: '/other', time: at(2) })],
    query: { steps: [{ page: '/read' }, { page: '/read' }] },
    all: [1, 1],
    steps: [[1, 1], [0, 0]],
  },
  {
    name: 'a visit of several visitors is that of the first',
    hits: [
      makeHit({ session: 's', visitor: 'home', path: '/one', time: at(0) }),
      makeHit({ session: 's', visitor: 'train', path: '/two', time: at(1) }),
      makeHit({ session: '', visitor: 'train', path: '/one', time: at(2) }),
      makeHit({ session: 't', visitor: 'home', path: '/one', time: at(3) }),
    ],
    query: { steps: [{ page: '/one' }, { page: '/two' }] },
    all: [3, 2],
    steps: [[3, 2], [1, 1]],
  },
]

const column = (steps: JourneyColumn['steps'], ended: number, other: JourneyColumn['other'] = { steps: 0, visits: 0 }): JourneyColumn => ({
  visits: steps.reduce((sum, { visits }) => sum + visits, other.visits + ended),
  steps,
  other,
  ended,
})
const page = (path: string, visits: number) => ({ page: path, visits })
const event = (name: string, visits: number) => ({ event: name, visits })

export const journeyCases: JourneyCase[] = [
  { name: 'nothing at all', hits: [], query: { depth: 1 }, visits: 0, started: 0, columns: [column([], 0)] },
  {
    name: 'from the beginning: what comes again and again is one step, passive events are none',
    hits: shoppers,
    query: {},
    visits: 5,
    started: 5,
    columns: [
      column([page('/', 2), page('/blog', 1), page('/list', 1), event('buy', 1)], 0),
      column([page('/cart', 2), page('/list', 1), page('/list/shoes', 1)], 1),
      column([page('/cart', 1), page('/list', 1)], 2),
    ],
  },
  {
    name: 'behind the first of a page, along a step',
    hits: shoppers,
    query: { from: { page: '/list*' }, along: [{ page: '/cart' }], depth: 3 },
    visits: 5,
    started: 3,
    columns: [column([page('/cart', 2)], 1), column([page('/list', 1), event('buy', 1)], 0), column([], 2)],
  },
  {
    name: 'back from an event, without events as steps',
    hits: shoppers,
    query: { from: { event: 'buy' }, direction: 'before', events: false, depth: 4 },
    visits: 5,
    started: 2,
    columns: [column([page('/cart', 1)], 1), column([page('/list/shoes', 1)], 0), column([page('/', 1)], 0), column([], 1)],
  },
  {
    name: 'back from the end',
    hits: shoppers,
    query: { direction: 'before', depth: 1, filters: [['is', 'event:page', ['/list']]] },
    visits: 2,
    started: 2,
    columns: [column([page('/list', 2)], 0)],
  },
  {
    name: 'the most frequent are named, and the one that was chosen',
    hits: shoppers,
    query: { branches: 1, depth: 2, along: [{ page: '/list' }] },
    visits: 5,
    started: 5,
    columns: [column([page('/', 2), page('/list', 1)], 0, { steps: 2, visits: 2 }), column([page('/cart', 1)], 0)],
  },
  {
    name: 'a page and an event of one name are two',
    hits: [makeHit({ visitor: 'a', path: '/x' }), makeEvent('/x', { visitor: 'a', time: at(1) }), makeEvent('/x', { visitor: 'b', interactive: false }), makeHit({ visitor: 'b', path: '/y', time: at(1) })],
    query: { along: [{ page: '/x' }], depth: 3 },
    visits: 2,
    started: 2,
    columns: [column([page('/x', 1), page('/y', 1)], 0), column([event('/x', 1)], 0), column([], 1)],
  },
]
