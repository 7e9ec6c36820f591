import type { ByteCache } from './byteCache.ts'
import { bytesOfColumn } from './sessionIndex/columnNames.ts'
import type { ColumnName, IndexColumns, SessionIndex } from './sessionIndex/sessionIndex.ts'

/**
 * An index that keeps the columns it has decoded in the cache, by `key` and name.
 * @param attempt every load goes through it
 */
export function cacheColumns(index: SessionIndex, key: string, cache: ByteCache, attempt: <T>(load: () => Promise<T>) => Promise<T>): SessionIndex {
  const { days, visits, hits } = index
  return { days, visits, hits, load }

  async function load<Name extends ColumnName>(names: readonly Name[]): Promise<Pick<IndexColumns, Name>> {
    const missing = names.filter((name) => !cache.has(`${key} ${name}`))
    // Together, so that they can be read together.
    const loading = missing.length === 0 ? undefined : attempt(() => index.load(missing))
    const loadOne = async (name: Name): Promise<IndexColumns[Name]> => (await (loading ?? index.load([name])))[name]
    const columns = await Promise.all(names.map((name) => cache.get(`${key} ${name}`, () => loadOne(name), bytesOfColumn)))
    return Object.fromEntries(names.map((name, at) => [name, columns[at]])) as unknown as Pick<IndexColumns, Name>
  }
}
