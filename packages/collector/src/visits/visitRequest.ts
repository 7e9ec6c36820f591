import type { EntryField, Visit } from './packedEntries.ts'
import type { VisitPage } from './recentVisits.ts'

/** What is asked of the table, as API and CLI take it. */
export interface VisitRequest {
  filters: Partial<Record<EntryField, string>>
  page: number
  /** ms between beats. */
  interval: number
}

/** django-pagetimer's names, and ours. */
type VisitParameter = 'username' | 'session_key' | 'ipaddress' | 'path'
const visitParameters: Readonly<Record<VisitParameter, EntryField>> = { username: 'username', session_key: 'session', ipaddress: 'address', path: 'path' }

/** Seconds. */
const longestInterval = 3600
const defaultInterval = '60'

/**
 * Reads what is asked for. An empty filter is none, what is no number is the first page (PT12).
 * @returns what is wrong, beginning with the name of the parameter
 */
export function readVisitRequest(get: (name: VisitParameter | 'page' | 'interval') => string | undefined): VisitRequest | string {
  const interval = get('interval') ?? defaultInterval
  const seconds = /^\d{1,4}$/.test(interval) ? Number(interval) : 0
  if (seconds < 1 || seconds > longestInterval) return `interval: must be a whole number of seconds from 1 to ${longestInterval}`
  const given = Object.entries(visitParameters).flatMap(([name, field]) => {
    const text = get(name as VisitParameter)
    return text === undefined || text === '' ? [] : [[field, text]]
  })
  const page = get('page') ?? ''
  return { filters: Object.fromEntries(given), page: /^\d{1,9}$/.test(page) ? Math.max(1, Number(page)) : 1, interval: seconds * 1000 }
}

/** A page as JSON. Times are ISO 8601, UTC. */
export function describeVisits({ summary, visits, page, pages }: VisitPage, pageSize: number): object {
  const { interval, count, earliest, latest, distinct } = summary
  return {
    summary: {
      interval,
      count,
      earliest: timeOf(earliest),
      latest: timeOf(latest),
      users: distinct.username,
      sessions: distinct.session,
      ipaddresses: distinct.address,
      paths: distinct.path,
    },
    results: visits.map(describeVisit),
    page,
    pages,
    total: count,
    page_size: pageSize,
  }
}

function describeVisit({ time, username, session, address, path }: Visit): object {
  return { timestamp: timeOf(time), username, session_key: session, ipaddress: address, path }
}

function timeOf(time: number | null): string | null {
  return time === null ? null : new Date(time).toISOString()
}
