import { siteDay, type Values } from '@treadlight/store'
import { randomBytes } from 'node:crypto'
import { addDays } from '../days.ts'
import { readText } from '../readText.ts'
import type { Site } from '../sites/sites.ts'

/** The salt of a day. */
export interface SaltOf {
  (day: string): string
  /** The day's own, while it lives. */
  own(day: string): string | undefined
}

/** The secrets behind visitor hashes: random, one per site day, shared by every collector of a store. */
export interface Salts {
  /**
   * Makes sure of the salts around a moment and answers a look-up by day: the day's own salt while it
   * lives, else the moment's.
   * @param time ms since 1970
   */
  at(time: number): SaltOf | Promise<SaltOf>
}

interface SaltsOptions {
  values: Values
  site: string
  timezone: string
}

/** Salts live for the two days after their own, so that late hits still meet their visitor, then are deleted. */
const daysKept = 2

/** Collectors that start at once may each see their own candidate alone: after this they look again, ms. */
const settled = 60_000

/**
 * Salts agreed without locks: each collector writes a candidate once, and the candidate that sorts first among all
 * listed is the salt. Tomorrow's is written today, so that by the time it is used every collector lists the same.
 */
export function createSalts({ values, site, timezone }: SaltsOptions): Salts {
  let current: { day: string; lookup: SaltOf | Promise<SaltOf>; until: number } | undefined

  return {
    at(time) {
      const today = siteDay(timezone, time)
      if (current?.day !== today || time >= current.until) {
        const lookup = load(today, () => (loaded.until = time + settled))
        const loaded: NonNullable<typeof current> = { day: today, lookup, until: Infinity }
        current = loaded
        lookup.then(
          (salt) => (loaded.lookup = salt),
          // A failure must not stick to the whole day.
          () => (current = undefined),
        )
      }
      return current!.lookup
    },
  }

  /** @param onProposal told if the salt of today is a candidate that was made just now */
  async function load(today: string, onProposal: () => void): Promise<SaltOf> {
    await deleteBefore(addDays(today, -daysKept))
    const salts = new Map<string, string>()
    for (const day of [addDays(today, -2), addDays(today, -1)]) {
      const salt = await smallest(day)
      if (salt) salts.set(day, salt)
    }
    for (const day of [today, addDays(today, 1)]) {
      const agreed = await smallest(day)
      if (agreed === undefined && day === today) onProposal()
      salts.set(day, agreed ?? (await propose(day)))
    }
    const own = (day: string): string | undefined => salts.get(day)
    return Object.assign((day: string) => own(day) ?? salts.get(today)!, { own })
  }

  async function smallest(day: string): Promise<string | undefined> {
    const keys = (await values.list(`${site}:salt:${day}:`)).sort()
    for (const key of keys) {
      const salt = await readText(values, key)
      if (salt) return salt
    }
    return undefined
  }

  async function propose(day: string): Promise<string> {
    const candidate = randomBytes(32).toString('hex')
    await values.create(`${site}:salt:${day}:${randomBytes(8).toString('hex')}`, candidate)
    return (await smallest(day)) ?? candidate
  }

  async function deleteBefore(oldest: string): Promise<void> {
    const prefix = `${site}:salt:`
    for (const key of await values.list(prefix)) {
      if (key.slice(prefix.length, prefix.length + 10) < oldest) await values.remove(key)
    }
  }
}

/** The salts of each site, made when they are first asked for. */
export function createSiteSalts(values: Values): (site: Pick<Site, 'id' | 'timezone'>) => Salts {
  const bySite = new Map<string, Salts>()
  return ({ id, timezone }) => {
    const name = `${id} ${timezone}`
    let salts = bySite.get(name)
    if (!salts) bySite.set(name, (salts = createSalts({ values, site: id, timezone })))
    return salts
  }
}
