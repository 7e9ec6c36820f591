import { guard, type Deliver, type PageHit } from './page.ts'

/** Sees each hit before it is queued or sent: returns it, another one, or nothing to drop it. One that throws drops it too: what it was to remove might be in there. */
export type BeforeSend = (hit: PageHit) => PageHit | null | undefined | void

/** Has `change` see each hit before it is queued or sent. */
export function beforeSend(change: BeforeSend): (next: Deliver) => Deliver {
  return (next) => (hit) => {
    const changed = guard(change)(hit)
    if (changed) next(changed)
  }
}
