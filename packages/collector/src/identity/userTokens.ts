import { maxTokenLength, verifyUser, type UserClaims, type UserVerdict } from '@treadlight/protocol'
import { createHash } from 'node:crypto'

/** Checks the tokens of hits. */
export interface UserTokens {
  /** What the site's server vouches for, whenever; undefined for a token that is not its own. */
  read(token: string): UserClaims | undefined | Promise<UserClaims | undefined>
}

/** Tokens whose verdicts are remembered: one visitor's hits all bring the same one. */
const mostVerdicts = 10_000
/** Characters of all claims that are remembered. */
const mostCharacters = 2_000_000

/** Verdicts go by the token's hash, so that nothing of a token rests in memory. */
export function createUserTokens(secrets: readonly string[]): UserTokens {
  const verdicts = new Map<string, UserClaims | false>()
  let characters = 0

  return {
    read(token) {
      if (secrets.length === 0 || token.length > maxTokenLength) return undefined
      const name = createHash('sha256').update(token).digest('base64url')
      const known = verdicts.get(name)
      if (known !== undefined) return known || undefined
      // When it expires is compared with the time of each hit.
      return verifyUser(token, { secrets, time: -Infinity }).then((verdict) => keep(name, verdict))
    },
  }

  function keep(name: string, verdict: UserVerdict): UserClaims | undefined {
    const claims = 'claims' in verdict ? verdict.claims : undefined
    const length = claims === undefined ? 0 : JSON.stringify(claims).length
    if (verdicts.size >= mostVerdicts || characters + length > mostCharacters) {
      verdicts.clear()
      characters = 0
    }
    characters += length
    verdicts.set(name, claims ?? false)
    return claims
  }
}
