import type { Entry } from './entries.ts'

/** What django-pagetimer's dashboard says above its list (PT09). */
export interface EntrySummary {
  /** Seconds between beats. */
  interval: number
  count: number
  /** ms since 1970; null where there are no entries (PT10). */
  earliest: number | null
  latest: number | null
  /** Distinct ones, `anonymous`, `None` and '' among them. */
  users: number
  sessions: number
  addresses: number
  paths: number
}

/**
 * Sums up entries. In memory is each distinct value once.
 * @param interval ms between beats
 */
export async function summarizeEntries(batches: AsyncIterable<Entry[]>, interval: number): Promise<EntrySummary> {
  const users = new Set<string>()
  const sessions = new Set<string>()
  const addresses = new Set<string>()
  const paths = new Set<string>()
  let count = 0
  let earliest: number | null = null
  let latest: number | null = null
  for await (const batch of batches) {
    for (const { time, username, session, address, path } of batch) {
      count++
      earliest ??= time
      latest = time
      users.add(username)
      sessions.add(session)
      addresses.add(address)
      paths.add(path)
    }
  }
  return { interval: interval / 1000, count, earliest, latest, users: users.size, sessions: sessions.size, addresses: addresses.size, paths: paths.size }
}
