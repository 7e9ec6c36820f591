import type { trackEvent, Tracking } from '@treadlight/server'

/** A class whose method is tracked by a decorator. */
export function createOrders(decorate: typeof trackEvent, tracking: Tracking): { place(request: Request): number } {
  class Orders {
    total = 12

    @decorate(tracking, { category: 'Shop', action: 'Order' })
    place(_request: Request): number {
      return this.total
    }
  }
  return new Orders()
}
