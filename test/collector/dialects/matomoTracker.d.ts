declare module 'matomo-tracker' {
  import type { EventEmitter } from 'node:events'

  /** As far as the tests ask it. */
  export default class MatomoTracker extends EventEmitter {
    constructor(siteId: number | string, url: string, noURLValidation?: boolean)
    track(options: string | Record<string, string>): void
    trackBulk(events: object[], callback: (body: string) => void): void
  }
}
