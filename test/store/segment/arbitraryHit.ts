import * as fc from 'fast-check'
import type { StoredHit } from '@treadlight/store'
import { testId } from '../makeHit.ts'

/** Any text: also emoji, halves of emoji, control characters. */
const text: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.constantFrom('', 'a', 'ü', '\ud800', 'x\udc00y', '"\\\n\u2028', '__proto__', '\0'),
)
/** Any number that JSON can say but -0, which JSON.stringify makes 0. */
const number: fc.Arbitrary<number> = fc
  .oneof(fc.integer(), fc.maxSafeInteger(), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.constantFrom(0, 2 ** 31, -(2 ** 31), 2 ** 53))
  .map((value) => (Object.is(value, -0) ? 0 : value))
const uuid: fc.Arbitrary<string> = fc.oneof(fc.integer({ min: 0, max: 20 }).map((value) => testId(value)), fc.uuid())
const id: fc.Arbitrary<string> = fc.oneof(uuid, uuid.map((value) => value.toUpperCase()), text)
const time: fc.Arbitrary<number> = fc.oneof({ weight: 3, arbitrary: fc.integer({ min: 1.7e12, max: 1.8e12 }) }, { weight: 1, arbitrary: number })
const propValue: fc.Arbitrary<string | number | boolean> = fc.oneof(text, number, fc.boolean())
const page: fc.Arbitrary<Pick<StoredHit, 'hostname' | 'path' | 'url'>> = fc
  .tuple(text, text, fc.oneof(text, fc.constant(undefined)))
  .map(([hostname, path, url = `https://${hostname}${path}`]) => ({ hostname, path, url }))

/** Any hit that the type allows. */
export const arbitraryHit: fc.Arbitrary<StoredHit> = fc
  .record(
    {
      site: fc.constantFrom('shop', 'shop', 'blog'),
      id,
      origin: fc.constantFrom('server', 'browser', 'import'),
      type: fc.constantFrom('pageview', 'event', 'engagement'),
      day: fc.constantFrom('2026-11-21', '2026-11-21', '2026-02-30', 'x'),
      time,
      received: time,
      view: fc.oneof(id, fc.constant('')),
      title: text,
      referrer: text,
      referrerHost: text,
      source: text,
      medium: text,
      campaign: text,
      visitor: text,
      session: text,
      user: text,
      page,
      ownView: fc.boolean(),
      name: text,
      props: fc.dictionary(text, propValue, { maxKeys: 3 }),
      engaged: number,
      engagedDelta: number,
      scroll: number,
      screen: text,
      language: text,
      timezone: text,
      navigation: fc.constantFrom('navigate', 'reload', 'back-forward', 'back-forward-cache', 'prerender', 'restore'),
      interactive: fc.boolean(),
      webdriver: fc.boolean(),
      forwarding: fc.boolean(),
      revenue: fc.record({ amount: text, currency: text }),
      term: text,
      content: text,
      clickIds: fc.dictionary(text, text, { maxKeys: 2 }),
      channel: text,
      browser: text,
      browserVersion: text,
      os: text,
      osVersion: text,
      device: text,
      country: text,
      region: text,
      city: text,
      address: text,
    },
    {
      requiredKeys: [
        ...(['site', 'id', 'origin', 'type', 'day', 'time', 'received', 'view', 'page', 'ownView', 'title', 'referrer'] as const),
        ...(['referrerHost', 'source', 'medium', 'campaign', 'visitor', 'session', 'user'] as const),
      ],
    },
  )
  .map(({ page, ownView, ...hit }) => Object.assign(hit, page, ownView && { view: hit.id }) as StoredHit)
