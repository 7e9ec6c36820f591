import type { H3Event } from 'h3'
import type { Site } from '../sites/sites.ts'

/** An owner may do everything; a viewer looks at the numbers. */
export const roles = ['owner', 'viewer'] as const
export type Role = (typeof roles)[number]

/** Who asks, once `authorize.ts` has let them in. */
export interface Access {
  kind: 'user' | 'share' | 'token'
  /** Of the user, the share link or the token. */
  name: string
  role: Role
  /** Ids of the sites that they may ask about. @default all */
  sites?: readonly string[]
  /** Of a pass for a user's card, the one user that it is for. */
  user?: string
}

const accesses = new WeakMap<H3Event, Access>()

/** Notes who asks: for `authorize.ts` alone. */
export function grantAccess(event: H3Event, access: Access): void {
  accesses.set(event, access)
}

/** @throws Error on a route that is open to everybody: nobody was asked who they are */
export function accessOf(event: H3Event): Access {
  const access = accesses.get(event)
  if (access === undefined) throw new Error('collector: this route has no guard, so nobody knows who asks')
  return access
}

/** Those of the sites that who asks may see, in their order. */
export function visibleSites(event: H3Event, all: readonly Site[]): readonly Site[] {
  const { sites } = accessOf(event)
  return sites === undefined ? all : all.filter(({ id }) => sites.includes(id))
}
