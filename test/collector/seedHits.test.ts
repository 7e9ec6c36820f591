import { idTime } from '@treadlight/protocol'
import { createReferenceStore, siteDay, type StoredHit } from '@treadlight/store'
import { describe, expect, test } from 'vitest'
import { findSource } from '@treadlight/store'
import { seedHits, type SeedOptions } from '../../packages/collector/src/demoSite/seedHits.ts'
import { seedStore } from '../../scripts/seed/seedStore.ts'

const now = Date.UTC(2026, 9, 26, 10, 30)
const options: SeedOptions = { site: 'default', timezone: 'Europe/Berlin', days: 42, visits: 60, now }
const hits = [...seedHits(options)].flat()

describe('seedHits', () => {
  test('is the same for the same options', () => {
    expect([...seedHits(options)].flat()).toEqual(hits)
  })

  test.for(['UTC', 'Asia/Kathmandu', 'America/New_York', 'Europe/Berlin'])('keeps every hit in its home day and out of the future: %s', (timezone) => {
    // Three weeks hold the end of summer time of Berlin.
    for (const hit of [...seedHits({ ...options, timezone, days: 21 })].flat()) {
      expect(siteDay(timezone, idTime(hit.view))).toBe(hit.day)
      expect(siteDay(timezone, hit.time)).toBe(hit.day)
      expect(hit.time).toBeLessThanOrEqual(hit.received)
      expect(hit.received).toBeLessThanOrEqual(now)
    }
  })

  test('has every id once, and of each view its pageview', () => {
    const views = new Set(hits.filter(({ type }) => type === 'pageview').map(({ id }) => id))
    expect(new Set(hits.map(({ id }) => id)).size).toBe(hits.length)
    expect(hits.filter(({ view }) => !views.has(view))).toEqual([])
  })

  test.for<[string, (hit: StoredHit) => boolean]>([
    ['signed-in users', ({ user }) => user !== ''],
    ['revenue', ({ revenue }) => Number(revenue?.amount) > 0],
    ['props', ({ props }) => props?.['product'] !== undefined],
    ['engagement with scroll', ({ type, engaged, scroll }) => type === 'engagement' && engaged! > 0 && scroll! > 0],
    ['a campaign of a letter', ({ channel, campaign }) => channel === 'Email' && campaign === 'thursday-letter'],
    ['paid search', ({ channel, term }) => channel === 'Paid Search' && term !== undefined],
    ['an AI assistant', ({ channel }) => channel === 'AI Assistants'],
    ['direct visits', ({ channel, source, referrerHost }) => channel === undefined && source + referrerHost === ''],
    ['phones', ({ device, country, city }) => device === 'Mobile' && country !== undefined && city !== undefined],
  ])('has %s', ([, isOne]) => {
    expect(hits.filter(isOne).length).toBeGreaterThan(5)
  })

  test('names sources that the collector knows', () => {
    const known = hits.filter(({ referrerHost, channel }) => referrerHost !== '' && channel !== 'Referral' && channel !== 'Affiliates')
    expect(known.length).toBeGreaterThan(500)
    expect(known.filter(({ source, referrerHost }) => findSource(source || referrerHost).category === 'other')).toEqual([])
  })

  test('grows, and sleeps at night', () => {
    const visitsOf = (from: number, to: number) => hits.filter(({ time }) => time >= now - from * 86_400_000 && time < now - to * 86_400_000).length
    expect(visitsOf(14, 0)).toBeGreaterThan(visitsOf(42, 28) * 1.2)
    const at = (hour: number) => hits.filter(({ time }) => (new Date(time).getUTCHours() + 2) % 24 === hour).length
    expect(at(20)).toBeGreaterThan(at(3) * 5)
  })
})

describe('seedStore', () => {
  test('refuses a site that has hits, unless it is forced', async () => {
    const store = createReferenceStore()
    const few = { ...options, days: 2, visits: 5 }
    expect(await seedStore(store, few)).toBeGreaterThan(5)
    await expect(seedStore(store, few)).rejects.toThrow('site default has hits already')
    await seedStore(store, { ...few, seed: 2, force: true })
  })
})
