import type { Goal, Values } from '@treadlight/store'
import { createHash } from 'node:crypto'
import { parseObject } from '../parseObject.ts'
import { readText } from '../readText.ts'
import { readGoal } from './readGoal.ts'

/** What the owners of the sites want visitors to do. */
export interface Goals {
  /** By name. What other processes have added or removed is known after 5 s. Those that are damaged are left out. */
  list(site: string): Promise<readonly Goal[]>
  /** False where the site has a goal of this name already. */
  add(site: string, goal: Goal): Promise<boolean>
  /** False where there is none of this name. */
  remove(site: string, name: string): Promise<boolean>
}

/** Most goals of one site: each is looked at for every hit of a query that asks for goals. */
export const maxGoals = 200

/**
 * `goals:{site}.{first 32 hex digits of the goal's SHA-256}`: the value follows from its key and never changes, so it is read
 * once. A name may hold anything, a key may not.
 */
const keyPattern = /^goals:([a-z0-9_-]{1,64})\.[0-9a-f]{32}$/
const prefix = 'goals:'
/** For how long a listing is good, ms. */
const fresh = 5000

/** Keeps goals as small values that are written once, as tokens are. @param now ms since 1970 */
export function createGoals(values: Values, now: () => number): Goals {
  /** By key. */
  let known = new Map<string, Goal>()
  let listed: { at: number; bySite: Promise<Map<string, Goal[]>> } | undefined

  return {
    list: async (site) => (await loadFresh()).get(site) ?? [],
    async add(site, goal) {
      listed = undefined
      const others = await this.list(site)
      if (others.some(({ name }) => name === goal.name)) return false
      const text = JSON.stringify(goal)
      await values.create(keyOf(site, text), text)
      listed = undefined
      return true
    },
    async remove(site, name) {
      listed = undefined
      // Two processes at once may have given it to two.
      const named = (await this.list(site)).filter((goal) => goal.name === name)
      for (const goal of named) await values.remove(keyOf(site, JSON.stringify(goal)))
      listed = undefined
      return named.length > 0
    },
  }

  function loadFresh(): Promise<Map<string, Goal[]>> {
    if (listed === undefined || Math.abs(now() - listed.at) > fresh) {
      const bySite = load()
      listed = { at: now(), bySite }
      // What could not be listed is listed anew by the next request.
      bySite.catch(() => (listed = undefined))
    }
    return listed.bySite
  }

  async function load(): Promise<Map<string, Goal[]>> {
    const found = new Map<string, Goal>()
    const bySite = new Map<string, Goal[]>()
    for (const key of await values.list(prefix)) {
      const site = keyPattern.exec(key)?.[1]
      const goal = site === undefined ? undefined : (known.get(key) ?? readGoal(parseObject(await readText(values, key))))
      if (site === undefined || typeof goal !== 'object') continue
      found.set(key, goal)
      bySite.set(site, [...(bySite.get(site) ?? []), goal].toSorted((a, b) => (a.name < b.name ? -1 : 1)))
    }
    known = found
    return bySite
  }
}

function keyOf(site: string, text: string): string {
  return `${prefix}${site}.${createHash('sha256').update(text).digest('hex').slice(0, 32)}`
}
