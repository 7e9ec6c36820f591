import type { Buffer } from 'node:buffer'
import { gunzipSync, gzipSync } from 'node:zlib'
import type { ByteCache } from '../byteCache.ts'
import { compareText } from '../byTime.ts'
import { stateOf } from '../dayIndexes.ts'
import { readDay } from '../factSet.ts'
import { groupBy } from '../groupBy.ts'
import type { KeptShelf } from '../kept/keptShelf.ts'
import type { Query } from '../query.ts'
import { createRefresher } from '../refresher.ts'
import type { SiteLog } from '../siteLog.ts'
import type { ResolvedStoreOptions } from '../storeOptions.ts'
import { createValues, ensureValue, type Values } from '../values.ts'
import { touches, type CountedDay } from './addImported.ts'
import { describeImport, importId, type ImportedDay, type ImportedSums, type ImportInfo } from './importedSums.ts'

/**
 * The imports of a site: `{site}:sums:{id}.{month}` the days of a month, and `{site}:sums:{id}` behind them, which says
 * that they count. Names follow from what they hold, so whoever is interrupted imports again and writes the same.
 */
export interface ImportedShelf {
  /** @returns false if this process or another has it already */
  add(sums: ImportedSums): Promise<boolean>
  /** In the order in which they count: the first to be imported tells a day that several have. */
  list(): Promise<ImportInfo[]>
  remove(id: string): Promise<boolean>
  /** The days that count, of those that touch a range: not those that have hits of their own, or had. */
  find(range: Query['range']): Promise<CountedDay[]>
}

/** The value that says that an import counts. */
interface Header extends ImportInfo {
  sums: ImportedSums['sums']
  months: readonly string[]
}

/** A day's name lies at most so far from its moments in UTC, ms. */
const slack = 2 * 86_400_000

export interface ImportedShelfOptions extends Pick<ResolvedStoreOptions, 'storage' | 'now' | 'refreshMs' | 'onProblem'> {
  log: SiteLog
  cache: ByteCache
  kept: KeptShelf | undefined
}

export function createImportedShelf({ storage, now, refreshMs, onProblem, log, cache, kept }: ImportedShelfOptions): ImportedShelf {
  const prefix = `${log.site}:sums:`
  const values: Values = createValues(storage, { onProblem })
  let headers = new Map<string, Header>()
  const { refresh, refreshNow } = createRefresher(load, refreshMs)

  async function load(): Promise<void> {
    const keys = (await values.list(prefix)).filter((key) => /^[0-9a-f]{16}$/.test(key.slice(prefix.length)))
    const found = new Map<string, Header>()
    for (const key of keys) {
      const header = headers.get(key) ?? (await readHeader(key))
      if (header !== undefined) found.set(key, header)
    }
    headers = new Map([...found].toSorted(([, a], [, b]) => a.at - b.at || compareText(a.id, b.id)))
  }

  async function readHeader(key: string): Promise<Header | undefined> {
    const bytes = await values.read(key)
    return bytes && (JSON.parse(new TextDecoder().decode(bytes)) as Header)
  }

  async function readMonth(key: string): Promise<Map<string, ImportedDay>> {
    const days = await cache.get(key, () => loadMonth(key), (its) => 200 * its.reduce((sum, { rows }) => sum + Object.values(rows).flat().length, 1))
    return new Map(days.map((day) => [day.day, day]))
  }

  /** None where another process is removing the import. */
  async function loadMonth(key: string): Promise<ImportedDay[]> {
    const bytes = await values.read(key)
    return bytes === undefined ? [] : (JSON.parse(gunzipSync(bytes).toString()) as ImportedDay[])
  }

  async function hasOwn(day: string): Promise<boolean> {
    if (kept?.has(day) === true) return true
    if (!log.catalog.days.has(day) && !log.fresh.has(day)) return false
    const state = `${log.site} own ${day} ${stateOf(log, day)} ${log.linkVersion}`
    return cache.get(state, async () => readDay(await log.readDay(day), log.marks).length > 0, () => 200)
  }

  return {
    async add(sums) {
      const id = importId(sums)
      await refreshNow()
      if (headers.has(prefix + id)) return false
      const months = groupBy(sums.days.toSorted((a, b) => compareText(a.day, b.day)), ({ day }) => day.slice(0, 7))
      for (const [month, days] of months) await write(`${prefix}${id}.${month}`, gzipSync(JSON.stringify(days)))
      const header: Header = { ...describeImport(id, sums, now()), sums: sums.sums, months: [...months.keys()] }
      await ensureValue(values, prefix + id, JSON.stringify(header))
      await refreshNow()
      return true
    },
    async list() {
      await refresh()
      return [...headers.values()].map(({ id, title, at, days, first, last }) => ({ id, title, at, days, first, last }))
    },
    async remove(id) {
      await refreshNow()
      const header = headers.get(prefix + id)
      if (header === undefined) return false
      // What says that it counts goes first: from here on none of it is told.
      await values.remove(prefix + id)
      for (const month of header.months) await values.remove(`${prefix}${id}.${month}`)
      cache.forget(`${prefix}${id}`)
      await refreshNow()
      return true
    },
    async find(range) {
      await refresh()
      const [first, last] = [utcMonth(range.from - slack), utcMonth(range.to + slack)]
      const found = new Map<string, CountedDay>()
      for (const { id, sums, months } of headers.values()) {
        for (const month of months.filter((each) => each >= first && each <= last)) {
          for (const [name, day] of await readMonth(`${prefix}${id}.${month}`)) {
            if (touches(day, range) && !found.has(name)) found.set(name, { day, sums })
          }
        }
      }
      for (const name of found.keys()) if (await hasOwn(name)) found.delete(name)
      return [...found.values()]
    },
  }

  async function write(key: string, bytes: Buffer): Promise<void> {
    if (await values.create(key, bytes)) return
    // Another try was killed here, or was not: what lies there follows from its name.
    if ((await values.read(key)) !== undefined) return
    await values.remove(key)
    await values.create(key, bytes)
  }
}

/** `YYYY-MM`, or what sorts before or behind all of these. @param time ms since 1970 */
function utcMonth(time: number): string {
  if (time < 0) return ''
  return time < Date.UTC(9999, 0) ? new Date(time).toISOString().slice(0, 7) : '~'
}
