import type { ForwardedHit } from '@treadlight/destinations'
import { createId } from '@treadlight/protocol'

let made = 0

/** A hit that may be handed on. */
export function makeForwarded(fields: Partial<ForwardedHit> = {}): ForwardedHit {
  const time = Date.now()
  const id = createId(time)
  return { id, site: 'shop', type: 'pageview', time, url: `https://shop.example/${made++}`, title: '', referrer: '', view: id, visitor: 'v', session: '', user: '', ...fields }
}
