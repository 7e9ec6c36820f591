/** What was made of immutable bytes and is worth keeping, up to a bound of memory: what was asked for last stays. */
export interface ByteCache {
  /**
   * What `load` answers, now or before; who asks meanwhile waits with it. What fails is not kept.
   * @param sizeOf bytes of memory, about
   */
  get<T>(key: string, load: () => Promise<T>, sizeOf: (value: T) => number): Promise<T>
  /** Whether it is at hand. */
  has(key: string): boolean
  /** Forgets everything whose key begins so. */
  forget(prefix: string): void
  /** Bytes that are kept, about. */
  readonly size: number
}

interface Entry {
  value: Promise<unknown>
  bytes: number
}

/** @param most bytes. Something larger is handed out and not kept */
export function createByteCache(most: number): ByteCache {
  /** The one asked for last at the end. */
  const entries = new Map<string, Entry>()
  let size = 0

  function remove(key: string, entry: Entry): void {
    if (entries.get(key) !== entry) return
    entries.delete(key)
    size -= entry.bytes
  }

  function weigh(key: string, entry: Entry, bytes: number): void {
    if (entries.get(key) !== entry) return
    entry.bytes = bytes
    size += bytes
    if (bytes > most) remove(key, entry)
    for (const [oldest, each] of entries) {
      if (size <= most) return
      remove(oldest, each)
    }
  }

  return {
    async get<T>(key: string, load: () => Promise<T>, sizeOf: (value: T) => number): Promise<T> {
      const known = entries.get(key)
      if (known !== undefined) {
        entries.delete(key)
        entries.set(key, known)
        return known.value as Promise<T>
      }
      const value = load()
      const entry: Entry = { value, bytes: 0 }
      entries.set(key, entry)
      try {
        weigh(key, entry, sizeOf(await value))
      } catch (error) {
        remove(key, entry)
        throw error
      }
      return value
    },
    has: (key) => entries.has(key),
    forget(prefix) {
      for (const [key, entry] of entries) if (key.startsWith(prefix)) remove(key, entry)
    },
    get size() {
      return size
    },
  }
}
