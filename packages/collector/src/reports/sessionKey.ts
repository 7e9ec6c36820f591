import type { StoredHit } from '@treadlight/store'
import { createHash } from 'node:crypto'
import { remember } from '../remember.ts'

/** What django-pagetimer writes where there is no session (PT07). */
export const noSession = 'None'

/**
 * The session of a hit as reports show it: SHA-256 of site and session id, 112 bits of it in hex, or of the day's
 * visitor where there is no session id. Two keys are the same if and only if the sessions are.
 *
 * It needs no secret: session ids are random, and `visitor` is the hash of a key that dies with its day, so neither can
 * be guessed and tried. Unlike base64 of SHA-1 (the original's), hex never begins as a formula does.
 */
export function sessionKey({ site, session, visitor }: Pick<StoredHit, 'site' | 'session' | 'visitor'>): string {
  if (session !== '') return hash(`session\n${site}\n${session}`)
  return visitor === '' ? noSession : hash(`visitor\n${site}\n${visitor}`)
}

const hash = remember(10_000, (text: string) => createHash('sha256').update(`session key\n${text}`).digest().toString('hex', 0, 14))
