// One question of the explorer bench, in a process of its own: see explorer.ts.
import { createStore, openStorage, type HitPageFilter } from '@treadlight/store'
import { median } from './median.ts'
import { now, site } from './questions.ts'

export interface ExplorerTask {
  task: 'page'
  base: string
  question: ExplorerQuestion
}

export interface ExplorerTaskResult {
  /** ms from before the storage was opened until the answer, the first time. */
  fresh: number
  /** ms, of the same kind of question with other values: the one in the middle, and the slowest. */
  warm: number
  slowest: number
  /** ms: the same question once more. */
  again: number
  /** MB, the most there was. */
  rss: number
  totals: number[]
}

export type ExplorerQuestion =
  | 'first page'
  | 'page in the middle'
  | 'last page'
  | 'search, common'
  | 'search, rare'
  | 'search, none'
  | 'search, piece of an id'
  | 'by address'
  | 'by session, in the middle'
  | 'by user'
  | 'one source'
  | 'anonymous, in the middle'
  | 'filter on pages'
  | 'filter on visits'
type Asked = Omit<HitPageFilter, 'site'>

const searches = (texts: readonly string[]): Asked[] => texts.map((search) => ({ search }))

/** Of each kind several, so that no answer is one that was kept; the first asks for every column that the others do. `offset` is a part of all hits. */
export const explorerQuestions: Record<ExplorerQuestion, readonly Asked[]> = {
  'first page': [{}, { limit: 21 }, { limit: 22 }, { limit: 50 }],
  'page in the middle': [{ offset: 0.5 }, { offset: 0.31 }, { offset: 0.47 }, { offset: 0.73 }],
  'last page': [{ offset: 0.999_99 }, { offset: 0.999_95 }, { offset: 0.999_9 }, { descending: false }],
  'search, common': searches(['shop', 'GOOGLE', 'http', 'a', 'e']),
  'search, rare': searches(['gclid=', 'user-123', 'utm_source=n', 'user-77']),
  'search, none': searches(['nowhere', 'zz top', 'qqqq', 'không']),
  'search, piece of an id': searches(['3fa9c', 'b1', '7e0d-4', '0aa', 'c']),
  'by address': [{ orderBy: 'url' }, { orderBy: 'url', offset: 0.3 }, { orderBy: 'url', offset: 0.61, descending: false }, { orderBy: 'url', offset: 0.999_9 }],
  'by session, in the middle': [{ orderBy: 'session', offset: 0.05 }, { orderBy: 'session', offset: 0.15 }, { orderBy: 'session', offset: 0.2, descending: false }, { orderBy: 'session' }],
  'by user': [{ orderBy: 'user' }, { orderBy: 'user', offset: 0.05 }, { orderBy: 'user', descending: false }, { orderBy: 'user', offset: 0.5 }],
  'one source': [{ source: 'google', orderBy: 'url', limit: 1 }, { source: 'newsletter', limit: 50 }, { source: '' }, { source: 'google', orderBy: 'url' }],
  'anonymous, in the middle': [{ known: false, orderBy: 'title', offset: 0.4 }, { known: true, offset: 0.04 }, { known: true, orderBy: 'title', offset: 0.05 }],
  'filter on pages': [{ filters: [['contains', 'event:page', ['a']]] }, { filters: [['contains', 'event:page', ['b']]] }, { filters: [['is_not', 'event:page', ['/']]] }],
  'filter on visits': [{ filters: [['or', [['is', 'visit:source', ['Bing']], ['is', 'visit:country', ['US']], ['is', 'visit:device', ['Desktop']]]]] }, { filters: [['is', 'visit:source', ['Google']]] }, { filters: [['is', 'visit:country', ['DE']]] }, { filters: [['is', 'visit:device', ['Mobile']]] }],
}

if (process.send) {
  process.send(await ask(JSON.parse(process.argv[2]!) as ExplorerTask))
  process.disconnect()
}

async function ask({ base, question }: ExplorerTask): Promise<ExplorerTaskResult> {
  const variants: readonly Asked[] = explorerQuestions[question]
  const start = performance.now()
  const opened = await openStorage({ driver: 'fs', base, sync: false })
  const store = await createStore({ ...opened, now: () => now })
  const times: number[] = []
  const totals: number[] = []
  let all = 1_000_000
  for (const { offset = 0, ...variant } of [...variants, variants.at(-1)!]) {
    const begun = performance.now()
    const { total } = await store.page({ site, ...variant, offset: Math.floor(offset * all) })
    times.push(performance.now() - (times.length === 0 ? start : begun))
    totals.push(total)
    if (times.length === 1) all = total > 0 && offset > 0 ? total : all
  }
  const warm = times.slice(1, -1)
  await store.close()
  await opened.storage.dispose()
  return { fresh: times[0]!, warm: median(warm), slowest: Math.max(...warm), again: times.at(-1)!, rss: process.resourceUsage().maxRSS / 1024, totals }
}
