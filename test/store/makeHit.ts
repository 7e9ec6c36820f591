import { idFrom } from '@treadlight/protocol'
import type { StoredHit } from '@treadlight/store'

/** Noon of the day that the tests take place on, ms since 1970. */
export const noon: number = Date.UTC(2026, 10, 21, 12)
export const second = 1000
export const minute: number = 60 * second
export const day = 86_400_000

/** The same id for the same number, made at `time`. */
export function testId(number: number, time: number = noon): string {
  const bytes = new Uint8Array(10)
  new DataView(bytes.buffer).setUint32(6, number)
  return idFrom(time, bytes)
}

let made = 0

/** A pageview of a visitor without session or user at noon, unless said otherwise. */
export function makeHit(fields: Partial<StoredHit> = {}): StoredHit {
  const time = fields.time ?? noon
  const id = fields.id ?? testId(++made, time)
  const path = fields.path ?? '/'
  return {
    site: 'shop',
    id,
    origin: 'browser',
    type: 'pageview',
    day: new Date(time).toISOString().slice(0, 10),
    time,
    received: time + 50,
    view: id,
    url: `https://shop.example${path}`,
    title: '',
    referrer: '',
    hostname: 'shop.example',
    path,
    referrerHost: '',
    source: '',
    medium: '',
    campaign: '',
    visitor: 'v1',
    session: '',
    user: '',
    ...fields,
  }
}

/** A custom event of no view. */
export function makeEvent(name: string, fields: Partial<StoredHit> = {}): StoredHit {
  return makeHit({ type: 'event', name, view: '', ...fields })
}

/** A report on how long and how deep `view` was read. */
export function makeEngagement(view: StoredHit, fields: Partial<StoredHit> = {}): StoredHit {
  const { site, day: home, path, url, visitor, session, user } = view
  return makeHit({ type: 'engagement', view: view.id, site, day: home, path, url, visitor, session, user, time: view.time, ...fields })
}
