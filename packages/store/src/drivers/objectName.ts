import { isKey } from './storeDriver.ts'

/** Keys as names of objects and back: `shop:batch:1` is `{prefix}shop/batch/1`, so that consoles show folders. */
export interface ObjectNames {
  of(key: string): string
  /** Undefined for an object that is not ours. */
  keyOf(name: string): string | undefined
}

export function createObjectNames(prefix: string): ObjectNames {
  return {
    of: (key) => prefix + key.replaceAll(':', '/'),
    keyOf(name) {
      if (!name.startsWith(prefix)) return undefined
      const path = name.slice(prefix.length)
      const key = path.replaceAll('/', ':')
      return isKey(key) && !path.includes(':') ? key : undefined
    },
  }
}
