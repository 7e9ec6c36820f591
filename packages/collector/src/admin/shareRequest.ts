import { isDay } from '../days.ts'
import { describeBadPassword } from './password.ts'
import type { Share, ShareRequest } from './shares.ts'

/** Reads what a new share link is to be; or what is wrong, beginning with the field. The name is printed, so it is printable. */
export function readShareRequest({ name, password, expires }: Readonly<Record<string, unknown>>): ShareRequest | string {
  if (typeof name !== 'string' || name.trim() === '') return 'name: a link needs one, by which you know it again'
  if (!/^[\p{L}\p{M}\p{N}\p{P}\p{S} ]{1,80}$/u.test(name)) return 'name: must be at most 80 printable letters'
  const bad = password === undefined ? undefined : describeBadPassword(password)
  if (bad !== undefined) return bad
  if (expires !== undefined && !(typeof expires === 'string' && isDay(expires))) return 'expires: must be the last day on which it opens, such as 2026-12-31'
  return { name: name.trim(), ...(password !== undefined && { password: password as string }), ...(expires !== undefined && { expires }) }
}

/** A share link as owners are told of it. */
export interface ListedShare extends Pick<Share, 'id' | 'site' | 'name' | 'created'> {
  /** Its address, relative to the collector's. */
  path: string
  has_password: boolean
  /** The last site day on which it opens; null for ever. */
  expires: string | null
}

/** What owners are told of a link: all but its password's hash. */
export function listedShare({ id, site, name, secret, password, expires, created }: Share): ListedShare {
  return { id, site, name, path: `share/${secret}/dashboard/`, has_password: password !== undefined, expires: expires ?? null, created }
}
