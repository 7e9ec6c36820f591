import type { DecodedHit, DropReason, UserClaims } from '@treadlight/protocol'
import type { StoredHit } from '@treadlight/store'
import type { Notes } from '../notes.ts'
import type { PrivacyPolicy } from '../settings/privacy.ts'
import { createUserTokens } from './userTokens.ts'

export interface IdentifyOptions {
  policy: Pick<PrivacyPolicy, 'visitor' | 'userSecrets'>
  notes: Pick<Notes, 'add'>
}

/** Gives a hit the user and the session that it may have, or says why it does not count. */
export type Identify = (hit: StoredHit, decoded: DecodedHit) => DropReason | undefined

/**
 * Who a hit is from, as far as somebody vouches for it: a claim that nobody does counts as not made, the hit all the
 * same. The session of a token wins over the browser's.
 */
export function createIdentify({ policy: { visitor, userSecrets }, notes }: IdentifyOptions): Identify {
  const tokens = createUserTokens(userSecrets)
  const keepsSessions = visitor === 'session' || visitor === 'cookie'

  return (hit, decoded) => {
    if (decoded.session !== undefined) {
      if (keepsSessions) hit.session = decoded.session
      else if (visitor === 'daily') notes.add('sessions')
    }
    return decoded.user === undefined ? undefined : believe(tokens.read(decoded.user), hit)
  }

  function believe(claims: UserClaims | undefined, hit: StoredHit): DropReason | undefined {
    if (claims === undefined) {
      notes.add(userSecrets.length === 0 ? 'tokens' : 'wrongTokens')
      return undefined
    }
    // Also with a token that is too old: it was never the user.
    if (claims.impersonator !== undefined) return 'impersonation'
    if (hit.time > claims.expires) {
      notes.add('expiredTokens')
      return undefined
    }
    if (claims.user !== undefined) hit.user = claims.user
    if (claims.session !== undefined) hit.session = claims.session
    return undefined
  }
}
