import type { ForwardedHit } from '@treadlight/destinations'

/** A pageview as a destination gets it, changed by what a test is about. */
export function forwardedHit(changes: Partial<ForwardedHit> = {}): ForwardedHit {
  return {
    id: '0197a2f0-1111-7abc-8def-0123456789ab',
    site: 'shop',
    type: 'pageview',
    time: Date.UTC(2026, 10, 21, 10),
    url: 'https://shop.example/',
    title: 'Shop',
    referrer: '',
    view: '0197a2f0-1111-7abc-8def-0123456789ab',
    visitor: '',
    session: '',
    user: '',
    ...changes,
  }
}
