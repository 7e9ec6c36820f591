import type { Tokens } from '../admin/tokens.ts'

/** Tells servers that may speak for their visitors from strangers, by tokens of scope `hits`. */
export interface ServerTokens {
  /** Whether a token was good when it was last looked up: asks nobody. */
  wasGood(token: string): boolean
  /** Looks it up, in a listing that is at most 5 s old. Rejects where the storage cannot be asked. */
  isGood(token: string): Promise<boolean>
}

export function createServerTokens(tokens: Pick<Tokens, 'find'>): ServerTokens {
  /** No more than there are tokens: only what was found is kept. */
  const good = new Set<string>()
  return {
    wasGood: (token) => good.has(token),
    async isGood(token) {
      const record = await tokens.find(token)
      const isGood = record?.scopes.includes('hits') === true
      if (isGood) good.add(token)
      else good.delete(token)
      return isGood
    },
  }
}
