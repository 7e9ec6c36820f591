import type { Client } from '../api.ts'

export const personKinds = ['user', 'session', 'visitor'] as const

/** Somebody, as the address names them. */
export interface Person {
  kind: (typeof personKinds)[number]
  id: string
}

export interface ViewHit {
  type: 'pageview'
  id: string
  time: string
  path: string
  url: string
  title: string
  /** Seconds. */
  engaged: number | null
  /** Per cent. */
  scroll: number | null
}

export interface EventHit {
  type: 'event'
  id: string
  time: string
  name: string
  path: string
  url: string
  props: Readonly<Record<string, string | number | boolean>>
}

export interface Visit {
  id: string
  start: string
  /** Seconds. */
  duration: number
  source: string
  channel: string
  device: string
  browser: string
  os: string
  country: string
  city: string
  entry: string | null
  exit: string | null
  hits: (ViewHit | EventHit)[]
}

export interface Summary {
  first_seen: string
  last_seen: string
  visits: number
  pageviews: number
  events: number
  /** Seconds. */
  engaged: number
  users: string[]
  complete: boolean
}

export interface Timeline {
  summary?: Summary | null
  visits: Visit[]
  next: string | null
}

/** What an erasure came to, or would. */
export interface ErasureReport {
  sentence: string
  finished: boolean
  problem?: string
  erased_at?: string
}

/** What a question names the person by. */
export function parameterOf({ kind, id }: Person): Record<string, string> {
  return { [kind]: id }
}

/** Who bears this name: whichever of the three there is something stored of; a user where there is nothing. */
export async function findPerson(client: Client, site: string, id: string): Promise<Person> {
  for (const kind of personKinds) {
    const { summary } = await client.get<Timeline>('api/timeline', { site_id: site, limit: 1, [kind]: id })
    if (summary) return { kind, id }
  }
  return { kind: 'user', id }
}
