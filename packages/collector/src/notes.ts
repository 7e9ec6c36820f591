import { ConfigError } from './settings.ts'

/** Nothing fails, and the owner should know of it all the same. */
const sentences = {
  tokens:
    'hits come with a token of identify(), and are stored without their users: this version cannot check tokens yet, so nobody vouches for them',
  distinct:
    'more distinct values of a field came on a day than limits.distinct allows: the further ones are counted as (other)',
  hosts: 'hits of hosts that the setting hosts does not list are dropped: add them there if they are yours',
} as const

/** What the owner was told, by name. */
export interface Notes {
  /** Tells the owner of something, once. */
  add(name: keyof typeof sentences): void
  /** In words, as `/api/health` says them. */
  list(): string[]
}

/** @param onError told of each when it is new, as one line of the log */
export function createNotes(onError: (error: unknown) => void): Notes {
  const noted = new Set<keyof typeof sentences>()
  return {
    add(name) {
      if (noted.has(name)) return
      noted.add(name)
      // Of this kind an error is printed as its message alone.
      onError(new ConfigError(sentences[name]))
    },
    list: () => [...noted].map((name) => sentences[name]),
  }
}
