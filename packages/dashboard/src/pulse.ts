import { useEffect, useRef, useState } from 'preact/hooks'
import type { Client, Query } from './api.ts'
import { metrics } from './metrics.ts'
import { type Days, siteClock } from './period.ts'
import { repeatWhileVisible } from './repeat.ts'

type Base = Pick<Query, 'site_id' | 'date_range' | 'filters'>

/** The page's heartbeat: the numbers that are asked for all the time, and when to ask for the rest. */
export interface Pulse {
  visitorsNow?: number
  /** A value per headline metric, in their order. */
  overview?: (number | null)[]
  /** The site days that the period stands for. */
  days?: Days
  /** Whether `overview` answers an earlier question. */
  isStale: boolean
  /** Grows whenever the overview has changed, once a minute, and after trouble. */
  revision: number
  trouble?: Error
}

interface Beat {
  visitorsNow: number
  key: string
  overview: (number | null)[]
  days: Days
  minute: number
}

/** A hit is to be seen within a second of its answer: this and the way there and back. */
const every = 400

/**
 * Asks for visitors now and the overview as long as the page is looked at. A period that is over
 * (`isLive` false) changes only when late hits arrive: its overview is asked for once a minute.
 */
export function usePulse(client: Client, base: Base, timezone: string, isLive: boolean): Pulse {
  const [beat, setBeat] = useState<Beat>()
  const [trouble, setTrouble] = useState<Error>()
  const [revision, setRevision] = useState(0)
  const last = useRef<Beat>(undefined)
  const hadTrouble = useRef(false)
  const key = JSON.stringify(base)

  useEffect(() => {
    async function takePulse(signal: AbortSignal): Promise<void> {
      const minute = Math.floor(Date.now() / 60_000)
      const isKnown = !isLive && last.current?.key === key && last.current.minute === minute
      const [visitorsNow, { overview, days }] = await Promise.all([
        client.visitorsNow(base.site_id, signal),
        isKnown ? last.current! : askOverview(client, base, timezone, signal),
      ])
      const next = { visitorsNow, key, overview, days, minute }
      if (hadTrouble.current || (last.current && differs(last.current, next))) setRevision((count) => count + 1)
      last.current = next
      setBeat((old) => (JSON.stringify(old) === JSON.stringify(next) ? old : next))
    }
    function onTrouble(error: unknown): void {
      hadTrouble.current = error !== undefined
      setTrouble(error as Error | undefined)
    }
    return repeatWhileVisible(takePulse, { every, onTrouble })
  }, [client, key, isLive])

  return { ...beat, isStale: beat?.key !== key, revision, ...(trouble && { trouble }) }
}

async function askOverview(client: Client, base: Base, timezone: string, signal: AbortSignal): Promise<Pick<Beat, 'overview' | 'days'>> {
  const { results, query } = await client.query({ ...base, metrics }, signal)
  const [from, to] = query.date_range.map((time) => Date.parse(time)) as [number, number]
  const dayOf = (time: number): string => siteClock(time, timezone).slice(0, 10)
  return { overview: results[0]?.metrics ?? metrics.map(() => 0), days: [dayOf(from), dayOf(to - 1)] }
}

/** Whether the rest of the page has to be asked for again; another question asks by itself. */
function differs(last: Beat, next: Beat): boolean {
  return last.key === next.key && (last.minute !== next.minute || String(last.overview) !== String(next.overview))
}
