import type { StoredHit } from '@treadlight/store'
import { screenClass } from '../../../packages/store/src/dimensions.ts'
import { deriveEngagement, pageviewKey } from '../../../packages/store/src/engagement.ts'
import { columnNames } from '../../../packages/store/src/sessionIndex/columnNames.ts'
import { addRevenue, readRevenueText, type RevenueSums } from '../../../packages/store/src/revenue.ts'
import { isBounced, isNewVisitor, visitTexts, type SessionIndex, type VisitText } from '../../../packages/store/src/sessionIndex/sessionIndex.ts'
import { deriveSessions, visitorKey, type Session } from '../../../packages/store/src/sessions.ts'

/** All that is to be known of the visits of a day, in an order of its own. */
export interface SaidDay {
  day: string
  first: number
  last: number
  hasRevenue: boolean
  visits: string[]
  /** Of each visitor the visits, and which of their hits are his. */
  visitors: string[]
}

interface SaidHit {
  said: unknown
  visitor: unknown
}

function sayAll(head: Omit<SaidDay, 'visits' | 'visitors'>, visits: { said: unknown; hits: SaidHit[] }[]): SaidDay {
  const byVisitor = new Map<unknown, string[]>()
  const said = visits.map(({ said, hits }) => {
    const visit = JSON.stringify([said, hits.map((hit) => hit.said)])
    const its = new Map<unknown, number[]>()
    hits.forEach(({ visitor }, at) => add(its, visitor, at))
    for (const [visitor, at] of its) add(byVisitor, visitor, JSON.stringify([visit, at]))
    return visit
  })
  return { ...head, visits: said.toSorted(), visitors: [...byVisitor.values()].map((each) => each.toSorted().join()).toSorted() }
}

function add<T>(lists: Map<unknown, T[]>, key: unknown, value: T): void {
  const list = lists.get(key)
  if (list === undefined) lists.set(key, [value])
  else list.push(value)
}

/** As the hits of a home day say it. Its fields are in the order of `sayIndex`: the simulation compares texts. */
export function sayHits(day: string, hits: readonly StoredHit[], tick: 1 | 60_000): SaidDay {
  const sessions = deriveSessions(hits)
  const engagement = deriveEngagement(hits)
  const times = sessions.flatMap((session) => session.hits.map(({ time }) => time))
  const hasRevenue = sessions.some((session) => session.hits.some((hit) => broughtBy(hit) !== 'nothing'))
  const head = { day, first: times.reduce((a, b) => Math.min(a, b), Infinity), last: times.reduce((a, b) => Math.max(a, b), -Infinity), hasRevenue }
  return sayAll(head, sessions.map((session) => ({ said: sayVisit(session), hits: session.hits.map(sayHit) })))

  function sayVisit({ start, end, bounced, hits, pageviews }: Session): unknown {
    const texts = visitTexts.map((name) => textOf(hits[0], name))
    return [Math.floor(start / tick) * tick, end - start, bounced, pageviews.length, ...texts]
  }

  function sayHit(hit: StoredHit): SaidHit {
    const { engaged = 'nothing', scroll = 'nothing' } = hit.type === 'pageview' ? (engagement.get(pageviewKey(hit)) ?? {}) : {}
    const kind = [hit.type, hit.type === 'event' ? (hit.name ?? '') : '', hit.interactive !== false]
    return { said: [...kind, hit.path, hit.hostname, Math.floor(hit.time / tick) * tick, engaged, scroll, broughtBy(hit), hit.props === undefined ? '' : JSON.stringify(hit.props)], visitor: visitorKey(hit) }
  }
}

/** As it is added up. */
function broughtBy({ revenue }: StoredHit): string {
  const sums: RevenueSums = new Map()
  if (revenue !== undefined) addRevenue(sums, revenue)
  return [...sums].map(([currency, { amount }]) => sayRevenue({ currency, amount })).join() || 'nothing'
}

function sayRevenue({ currency, amount }: { currency: string; amount: number | bigint }): string {
  return `${currency} ${BigInt(amount)}`
}

function textOf(hit: StoredHit, name: VisitText): string {
  if (name === 'rawSource') return hit.source || hit.referrerHost
  if (name !== 'screenClass') return hit[name] ?? ''
  return hit.screen === undefined ? '' : screenClass(Number.parseInt(hit.screen))
}

/** As an index says it, each day for itself. */
export async function sayIndex(index: SessionIndex): Promise<SaidDay[]> {
  const columns = await index.load(columnNames)
  let visitorsBefore = 0
  return index.days.map(({ day, base, tick, first, last, hasRevenue, visits, visitsEnd, hits, hitsEnd, mixed, mixedHits }) => {
    let at = hits
    let visitor = 0
    const said = []
    for (let visit = visits; visit < visitsEnd; visit++) {
      if (visit === mixed && at !== mixedHits) throw new Error('the mixed visits begin elsewhere')
      if ((columns.flags[visit]! & isNewVisitor) !== 0) visitor++
      else if (visit === visits) throw new Error('the first visit is of nobody new')
      const texts = visitTexts.map((name) => columns[name].values[columns[name].codes[visit]!])
      const its: SaidHit[] = []
      for (const end = at + columns.hitCount[visit]!; at < end; at++) {
        const { type, name, interactive } = columns.kind.values[columns.kind.codes[at]!]!
        const [path, hostname] = [columns.path, columns.hostname].map(({ values, codes }) => values[codes[at]!])
        const [engaged, scroll] = [columns.engaged[at]!, columns.scroll[at]!].map((value) => (Number.isNaN(value) ? 'nothing' : value))
        const time = base + columns.time[at]! * tick
        const revenue = columns.revenue.values[columns.revenue.codes[at]!]!
        const whose = visit < mixed ? `unmixed ${visitor}` : `mixed ${columns.visitor[visitorsBefore + at - mixedHits]}`
        its.push({ said: [type, name, interactive, path, hostname, time, engaged, scroll, revenue === '' ? 'nothing' : sayRevenue(readRevenueText(revenue)), columns.props.values[columns.props.codes[at]!]!], visitor: whose })
      }
      const bounced = (columns.flags[visit]! & isBounced) !== 0
      said.push({ said: [base + columns.start[visit]! * tick, columns.duration[visit], bounced, columns.viewCount[visit], ...texts], hits: its })
    }
    if (at !== hitsEnd) throw new Error('the hits end elsewhere')
    visitorsBefore += hitsEnd - mixedHits
    return sayAll({ day, first, last, hasRevenue }, said)
  })
}
