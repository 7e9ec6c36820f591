/** Nothing fails, and the owner should know of it all the same. */
const sentences = {
  tokens:
    'hits come with tokens of identify(), and are stored without their users: this collector has no secret to check them with; set userSecrets to the one that your server signs with',
  wrongTokens:
    'hits come with tokens of identify() that none of userSecrets has signed, and are stored without their users: somebody makes them up, or your server signs with another secret',
  expiredTokens:
    'hits come with tokens of identify() that had expired when they happened, and are stored without their users: let your server sign a new one with each page, or for longer',
  sessions:
    'hits come with session ids, which visitor: daily does not keep: visitor: session or cookie would; or leave data-session out of your tag',
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

/** @param tell told of each when it is new */
export function createNotes(tell: (note: string) => void): Notes {
  const noted = new Set<keyof typeof sentences>()
  return {
    add(name) {
      if (noted.has(name)) return
      noted.add(name)
      tell(sentences[name])
    },
    list: () => [...noted].map((name) => sentences[name]),
  }
}
