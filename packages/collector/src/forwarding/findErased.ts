import type { ForwardedHit } from '@treadlight/destinations'
import { hashPerson, type Values } from '@treadlight/store'
import { isObject } from '../isObject.ts'
import { parseObject } from '../parseObject.ts'
import { readText } from '../readText.ts'

/** For how long an erasure may meet hits that were on their way into the outbox, ms. */
const longestWay = 15 * 60_000

const erasureKey = /:erasure:[0-9a-f]+-(\d+)(?:-hits)?$/

/**
 * Tells the hits of persons who were erased a short time ago, maybe by another process: these may have come into an outbox since.
 * Undefined where nobody was.
 *
 * @param now ms since 1970
 */
export async function findErased(values: Values, site: string, now: number): Promise<((hit: ForwardedHit) => boolean) | undefined> {
  const until = new Map<string, number>()
  const ids = new Set<string>()
  for (const key of await values.list(`${site}:erasure:`)) {
    const time = Number(erasureKey.exec(key)?.[1])
    if (!(Math.abs(now - time) < longestWay)) continue
    const erasure = parseObject((await readText(values, key)) ?? '')
    if (!isObject(erasure)) continue
    const { hash, sessions, hits } = erasure
    for (const name of [hash, ...textsOf(sessions)]) if (typeof name === 'string') until.set(name, Math.max(until.get(name) ?? 0, time))
    // As `nameHit` of the store has them: day and id.
    for (const name of textsOf(hits)) ids.add(name.slice(name.indexOf(' ') + 1))
  }
  if (until.size === 0) return undefined
  const isPast = (kind: 'user' | 'session' | 'visitor', { [kind]: value, time }: ForwardedHit): boolean => value !== '' && time <= (until.get(hashPerson(kind, value)) ?? -Infinity)
  return (hit) => ids.has(hit.id) || isPast('user', hit) || isPast('session', hit) || isPast('visitor', hit)
}

function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : []
}
