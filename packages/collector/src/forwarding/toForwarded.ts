import type { ForwardedHit } from '@treadlight/destinations'
import type { StoredHit } from '@treadlight/store'
import { anonymizeAddress } from '../hit/anonymizeAddress.ts'

/** What is known of a hit's sender and is not stored. */
export interface Sender {
  /** Whole: it is cut before it is handed on. '' where unknown. */
  address: string
  userAgent: string
}

const optionalFields = [
  'name',
  'props',
  'revenue',
  'engaged',
  'engagedDelta',
  'scroll',
  'interactive',
  'screen',
  'language',
  'timezone',
  'term',
  'content',
  'country',
  'region',
  'city',
] as const satisfies (keyof ForwardedHit & keyof StoredHit)[]

const attribution = ['source', 'medium', 'campaign'] as const

/** A hit as other systems may have it. Without a sender, as where it is read from the store, it says neither address nor user agent. */
export function toForwarded(hit: StoredHit, sender?: Sender): ForwardedHit {
  const { id, site, type, time, url, title, referrer, view, visitor, session, user } = hit
  const forwarded: ForwardedHit = { id, site, type, time, url, title, referrer, view, visitor, session, user }
  for (const field of optionalFields) if (hit[field] !== undefined) Object.assign(forwarded, { [field]: hit[field] })
  for (const field of attribution) if (hit[field] !== '') forwarded[field] = hit[field]
  const address = anonymizeAddress(sender?.address ?? '')
  if (address !== '') forwarded.address = address
  if (sender !== undefined && sender.userAgent !== '') forwarded.userAgent = sender.userAgent
  return forwarded
}
