import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { Client, Query } from './api.ts'
import { atMostEvery } from './atMostEvery.ts'
import type { Comparison } from './comparison.ts'
import { metrics } from './metrics.ts'
import { type Days, daysOf } from './period.ts'
import { repeatWhileVisible } from './repeat.ts'
import { listenWhileVisible } from './stream.ts'

/** What the pulse is taken of. */
export interface PulseQuestion {
  base: Pick<Query, 'site_id' | 'date_range' | 'filters'>
  comparisons: Comparison | undefined
  /** The site's. */
  timezone: string
  /** Whether a hit of this moment changes the numbers. */
  isLive: boolean
}

/** The page's heartbeat: the numbers that are kept up to date all the time, and when to ask for the rest. */
export interface Pulse {
  visitorsNow?: number
  /** A value per headline metric, in their order. */
  overview?: (number | null)[]
  /** The same of the period that this one is held against. */
  before?: (number | null)[] | undefined
  /** The site days that the period stands for; of no other period than the wanted one. */
  days?: Days | undefined
  /** Whether `overview` answers an earlier question. */
  isStale: boolean
  /** Grows with hits of the period, not more often than every 0.7 s, once a minute, and after trouble. */
  revision: number
  trouble?: Error
}

interface Beat extends Required<Pick<Pulse, 'overview' | 'before'>> {
  days: Days
  key: string
  /** The range that the days belong to, in words of the API. */
  period: string
  minute: number
}

/** Without a stream a hit is to be seen within a second of its answer: this and the way there and back. */
const every = 400
/** With one the collector says when. Even so days begin and late hits of other processes arrive. */
const everyWithStream = 20_000
/** ms between two refreshes of lists and chart: soon enough that a hit is everywhere within a second. Where answers take long, they rest longer by themselves (answer.ts). */
const calm = 700

/**
 * Follows the site by the collector's stream as long as the page is looked at, and asks for the overview when something
 * has happened. Where no stream comes through it asks all the time. A period that is over (`isLive` false) changes only
 * when late hits arrive: its overview is asked for once a minute.
 */
export function usePulse(client: Client, question: PulseQuestion): Pulse {
  const { base, comparisons, isLive } = question
  const [visitorsNow, setVisitorsNow] = useState<number>()
  const [beat, setBeat] = useState<Beat>()
  const [trouble, setTrouble] = useState<Error>()
  const [revision, setRevision] = useState(0)
  const refresh = useMemo(() => atMostEvery(calm, () => setRevision((count) => count + 1)), [])
  useEffect(() => refresh.stop, [])
  const last = useRef<Beat>(undefined)
  const hadTrouble = useRef(false)
  const stream = useRef({ isFlowing: true, latest: '' })
  const ring = useRef(() => {})
  const key = JSON.stringify([base, comparisons])

  // Before the pulse is taken: another site's newest hit would pass for one that has just come.
  useLayoutEffect(() => {
    setVisitorsNow(undefined)
    stream.current = { isFlowing: true, latest: '' }
    return listenWhileVisible(client.realtimeUrl(base.site_id), {
      onBeat({ visitors, latest }) {
        setVisitorsNow(visitors)
        if (latest !== stream.current.latest) ring.current()
        stream.current.latest = latest
      },
      onFlow(isFlowing) {
        if (stream.current.isFlowing && !isFlowing) ring.current()
        stream.current.isFlowing = isFlowing
      },
    })
  }, [client, base.site_id])

  // In the layout's effects, which come before those of the panels: the headline is the first to be asked for.
  useLayoutEffect(() => {
    let seen = stream.current.latest
    async function takePulse(signal: AbortSignal): Promise<void> {
      const { isFlowing, latest } = stream.current
      const minute = Math.floor(Date.now() / 60_000)
      const isKnown = !isLive && last.current?.key === key && last.current.minute === minute
      const [now, answer] = await Promise.all([
        isFlowing ? undefined : client.visitorsNow(base.site_id, signal),
        isKnown ? last.current! : askOverview(client, question, signal),
      ])
      const next: Beat = { ...answer, key, period: String(base.date_range), minute }
      const isHit = isLive && seen !== '' && latest !== seen
      if (hadTrouble.current || isHit || (last.current && differs(last.current, next))) refresh.now()
      seen = latest
      last.current = next
      if (now !== undefined) setVisitorsNow(now)
      setBeat((old) => (JSON.stringify(old) === JSON.stringify(next) ? old : next))
    }
    function onTrouble(error: unknown): void {
      hadTrouble.current = error !== undefined
      setTrouble(error as Error | undefined)
    }
    const pace = (): number => (stream.current.isFlowing ? everyWithStream : every)
    const rounds = repeatWhileVisible(takePulse, { every: pace, onTrouble })
    ring.current = rounds.now
    return rounds.stop
  }, [client, key, isLive])

  return {
    ...beat,
    days: beat?.period === String(base.date_range) ? beat.days : undefined,
    ...(visitorsNow !== undefined && { visitorsNow }),
    isStale: beat?.key !== key,
    revision,
    ...(trouble && { trouble }),
  }
}

async function askOverview(client: Client, { base, comparisons, timezone }: PulseQuestion, signal: AbortSignal): Promise<Omit<Beat, 'key' | 'period' | 'minute'>> {
  const { results, query } = await client.query({ ...base, metrics, include: { imports: true, comparisons } }, signal)
  return {
    overview: results[0]?.metrics ?? metrics.map(() => 0),
    before: results[0]?.comparison?.metrics,
    days: daysOf(query.date_range, timezone),
  }
}

/** Whether the rest of the page has to be asked for again; another question asks by itself. */
function differs(last: Beat, next: Beat): boolean {
  return last.key === next.key && (last.minute !== next.minute || String(last.overview) !== String(next.overview))
}
