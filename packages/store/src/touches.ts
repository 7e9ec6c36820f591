import { compareText } from './byTime.ts'
import { isTouchDimension } from './dimensions.ts'
import { isComparison, isJoin } from './comparisons.ts'
import type { StoredHit } from './hit.ts'
import type { Filter, Query } from './query.ts'
import type { Session } from './sessions.ts'

/** What a hit says of where its visit came from. */
export type Touch = Pick<
  StoredHit,
  'source' | 'medium' | 'campaign' | 'term' | 'content' | 'referrer' | 'referrerHost' | 'channel' | 'clickIds'
>

/** How long before a visit a touch counts for it: 90 days in ms, as in Google Analytics. */
export const touchWindow: number = 90 * 86_400_000

/** A visit begins at most so long before a hit of its home day, in ms: a day of 25 hours, and a zone that was changed. */
const slack = 2 * 86_400_000

/** Whether an answer needs visits before its range. */
export function asksForTouches({ dimensions = [], filters = [] }: Pick<Query, 'dimensions' | 'filters'>): boolean {
  return dimensions.some(isTouchDimension) || filters.some(namesTouch)
}

export function namesTouch(filter: Filter): boolean {
  if (isComparison(filter)) return isTouchDimension(filter[1])
  return isJoin(filter) ? filter[1].some(namesTouch) : namesTouch(filter[1])
}

/** Which hits a store has to hand to `runQuery`: those of the range, and for touches those of 90 days before. */
export function rangeToRead(query: Pick<Query, 'range' | 'dimensions' | 'filters'>): Query['range'] {
  const { from, to } = query.range
  return { from: asksForTouches(query) ? from - touchWindow - slack : from, to }
}

export interface Touches {
  /**
   * The visits of whole home days, in order and with their touches.
   * @throws Error for a day that is not behind those that were followed already
   */
  follow(sessions: readonly Session[]): Session[]
}

/**
 * Follows session ids over their visits, home day after home day.
 *
 * The first and the last touch of a visit are those of its session id that were not direct, of this visit and of the 90
 * days before. So a figure of the past stays what it was, whatever its visitors do later. Where no visit came from
 * anywhere, and without a session id, they are the visit's own.
 */
export function createTouches(): Touches {
  /** By session id, the earliest first. */
  const touches = new Map<string, { time: number; touch: Touch }[]>()
  let lastDay = ''
  let swept = -Infinity

  return {
    follow(sessions) {
      const ordered = sessions.toSorted(inOrder)
      const [first] = ordered
      if (first === undefined) return []
      if (first.hits[0].day <= lastDay) throw new Error(`[treadlight store] home days must come in order: ${first.hits[0].day} came after ${lastDay}`)
      lastDay = ordered.at(-1)!.hits[0].day
      forgetBefore(first.start - touchWindow)
      return ordered.map(followOne)
    },
  }

  function followOne(session: Session): Session {
    const [entry] = session.hits
    if (entry.session === '') return session
    const known = touches.get(entry.session)?.filter(({ time }) => time >= session.start - touchWindow) ?? []
    if (!isDirect(entry)) known.push({ time: session.start, touch: touchOf(entry) })
    const [first] = known
    const last = known.at(-1)
    if (first === undefined || last === undefined) return session
    touches.set(entry.session, known)
    return { ...session, first: first.touch, last: last.touch }
  }

  /** Most session ids are never seen again. Looking at all of them now and then is cheaper than an order by age. */
  function forgetBefore(time: number): void {
    if (time - swept < touchWindow / 3) return
    swept = time
    for (const [id, known] of touches) if ((known.at(-1)?.time ?? -Infinity) < time) touches.delete(id)
  }
}

function inOrder({ start: a, hits: [first] }: Session, { start: b, hits: [second] }: Session): number {
  return compareText(first.day, second.day) || a - b || compareText(first.id, second.id)
}

function isDirect({ source, medium, campaign, referrerHost, channel, clickIds }: Touch): boolean {
  return !(source || medium || campaign || referrerHost || channel || clickIds)
}

/** A copy, so that not every hit of a quarter of a year is kept. */
function touchOf({ source, medium, campaign, term, content, referrer, referrerHost, channel, clickIds }: Touch): Touch {
  return {
    source,
    medium,
    campaign,
    ...(term !== undefined && { term }),
    ...(content !== undefined && { content }),
    referrer,
    referrerHost,
    ...(channel !== undefined && { channel }),
    ...(clickIds !== undefined && { clickIds }),
  }
}
