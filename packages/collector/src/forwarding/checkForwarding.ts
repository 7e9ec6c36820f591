import { parseOutboxKey } from '@treadlight/destinations/forward'
import type { Check } from '@treadlight/store'
import type { Config } from '../config.ts'
import { count } from '../progress.ts'

/** What waits for longer has been tried in vain several times, ms: health says so after half of it. */
const tooLong = 10 * 60_000

/** What waits for other systems, and what they will never have, as far as keys tell. @param now ms since 1970 */
export function* checkForwarding({ destinations }: Pick<Config, 'destinations'>, keys: readonly string[], now: number): Generator<Check> {
  const lying = keys.map(parseOutboxKey).filter((key) => key !== undefined)
  const names = new Set([...destinations.map(({ name }) => name), ...lying.map(({ destination }) => destination)])
  for (const name of [...names].toSorted()) {
    const its = lying.filter(({ destination }) => destination === name)
    const sum = (kind: 'waiting' | 'dead'): number => its.reduce((total, key) => total + (key.kind === kind ? key.hits : 0), 0)
    const oldest = Math.min(...its.filter(({ kind }) => kind === 'waiting').map(({ time }) => time))
    const detail = `${name}: ${count(sum('waiting'), 'hit')} waiting, ${count(sum('dead'), 'dead letter')}`
    const check = { name: 'destinations', detail }
    if (!destinations.some((destination) => destination.name === name)) yield { ...check, ok: 'warning', detail: `${detail}; no destination is called so any more`, remedy: 'give it that name again, or let what waits go after 30 days' }
    else if (now - oldest > tooLong) yield { ...check, ok: 'warning', detail: `${detail}; the oldest for more than ten minutes`, remedy: 'see GET /api/destinations or the collector’s log for the reason' }
    else if (sum('dead') > 0) yield { ...check, ok: 'warning', remedy: 'see GET /api/destinations for the reasons' }
    else yield { ...check, ok: true }
  }
}
