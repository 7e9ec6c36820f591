import { maxTokenLength, openToken, type UserClaims } from '@treadlight/protocol'
import { createHash, createHmac, timingSafeEqual } from 'node:crypto'

/** Checks the tokens of hits. */
export interface UserTokens {
  /** What the site's server vouches for, whenever that was or ends; undefined for a token that is not its own. */
  read(token: string): UserClaims | undefined
}

/** Tokens that are remembered: all hits of a page bring the same one. */
const mostTokens = 10_000
/** Characters of all claims that are remembered. */
const mostCharacters = 2_000_000

/** What was found goes by the token's hash, so that nothing of a token rests in memory. */
export function createUserTokens(secrets: readonly string[]): UserTokens {
  const known = new Map<string, UserClaims | false>()
  let characters = 0

  return {
    read(token) {
      if (secrets.length === 0 || token.length > maxTokenLength) return undefined
      const name = createHash('sha256').update(token).digest('base64url')
      const claims = known.get(name) ?? keep(name, verify(token))
      return claims === false ? undefined : claims
    },
  }

  function keep(name: string, claims: UserClaims | false): UserClaims | false {
    const length = claims === false ? 0 : JSON.stringify(claims).length
    if (known.size >= mostTokens || characters + length > mostCharacters) {
      known.clear()
      characters = 0
    }
    characters += length
    known.set(name, claims)
    return claims
  }

  /** As `verifyUser` does, at once: a hit should not wait for WebCrypto. */
  function verify(token: string): UserClaims | false {
    const opened = openToken(token)
    if (opened === undefined) return false
    const { claims, signed, mac } = opened
    return secrets.some((secret) => timingSafeEqual(createHmac('sha256', secret).update(signed).digest(), mac)) && claims
  }
}
