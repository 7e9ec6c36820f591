import { describe, expect, test } from 'vitest'
import { addLocation } from '../../../packages/collector/src/enrich/addLocation.ts'
import type { EdgeName } from '../../../packages/collector/src/place/edgePlace.ts'
import { run } from './context.ts'

type Row = [edge: EdgeName, headers: Record<string, string>, place: object]

const base64 = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64')
/** As a runtime hands on bytes beyond ASCII. */
const bytes = (text: string): string => Buffer.from(text).toString('latin1')

const cloudflare = (country: string, region = '', city = ''): Record<string, string> => ({ 'cf-ipcountry': country, 'cf-region-code': region, 'cf-ipcity': city })

const rows: Row[] = [
  ['cloudflare', cloudflare('DE', 'BY', 'Munich'), { country: 'DE', region: 'DE-BY', city: 'Munich' }],
  ['cloudflare', cloudflare('BR', 'SP', bytes('São Paulo')), { country: 'BR', region: 'BR-SP', city: 'São Paulo' }],
  ['cloudflare', cloudflare('RU', 'MOW', bytes('Москва')), { country: 'RU', region: 'RU-MOW', city: 'Москва' }],
  // Latin-1, and a runtime that has decoded already.
  ['cloudflare', cloudflare('CH', 'ZH', 'Zürich'), { country: 'CH', region: 'CH-ZH', city: 'Zürich' }],
  ['cloudflare', cloudflare('PL', '', 'Łódź'), { country: 'PL', city: 'Łódź' }],
  ['cloudflare', cloudflare('de'), { country: 'DE' }],
  ['cloudflare', cloudflare('XX', 'BY', 'Munich'), {}],
  ['cloudflare', cloudflare('T1'), {}],
  ['cloudflare', cloudflare('Germany'), {}],
  ['cloudflare', cloudflare('DE', 'BY', '?'), { country: 'DE', region: 'DE-BY' }],
  ['cloudflare', cloudflare('DE', '', `A\u0007${'b'.repeat(200)}`), { country: 'DE', city: `A${'b'.repeat(99)}` }],
  ['cloudflare', { 'x-vercel-ip-country': 'DE' }, {}],
  [
    'vercel',
    { 'x-vercel-ip-country': 'BR', 'x-vercel-ip-country-region': 'SP', 'x-vercel-ip-city': 'S%C3%A3o%20Paulo' },
    { country: 'BR', region: 'BR-SP', city: 'São Paulo' },
  ],
  ['vercel', { 'x-vercel-ip-country': 'BR', 'x-vercel-ip-city': 'S%C3%o' }, { country: 'BR' }],
  ['vercel', { 'x-vercel-ip-country': 'US', 'x-vercel-ip-city': '%3Cb%3E' }, { country: 'US', city: '<b>' }],
  [
    'cloudfront',
    { 'cloudfront-viewer-country': 'US', 'cloudfront-viewer-country-region': 'MI', 'cloudfront-viewer-city': 'Ann Arbor' },
    { country: 'US', region: 'US-MI', city: 'Ann Arbor' },
  ],
  [
    'netlify',
    { 'x-nf-geo': base64({ city: 'Zürich', country: { code: 'CH', name: 'Switzerland' }, subdivision: { code: 'ZH', name: 'Zurich' } }) },
    { country: 'CH', region: 'CH-ZH', city: 'Zürich' },
  ],
  ['netlify', { 'x-nf-geo': base64({}), 'x-country': 'CH' }, { country: 'CH' }],
  ['netlify', { 'x-nf-geo': base64(null), 'x-country': 'CH' }, { country: 'CH' }],
  ['netlify', { 'x-nf-geo': '%%%', 'x-country': 'CH' }, { country: 'CH' }],
  ['netlify', { 'x-nf-geo': base64({ country: { code: 7 }, city: ['x'] }) }, {}],
  [
    'fastly',
    { 'client-geo-country': 'GB', 'client-geo-region': 'GB-ENG', 'client-geo-city': bytes('London') },
    { country: 'GB', region: 'GB-ENG', city: 'London' },
  ],
  ['fastly', { 'client-geo-country': '?', 'client-geo-region': '?', 'client-geo-city': '?' }, {}],
]

describe('headers of an edge', () => {
  test.each(rows)('%s %j', (edge, headers, place) => {
    expect(run(addLocation, { headers, place: { headers: edge } })).toEqual(place)
  })

  test('say nothing unless the owner trusts them', () => {
    expect(run(addLocation, { headers: cloudflare('DE', 'BY', 'Munich') })).toEqual({})
  })
})

describe('the country of the time zone', () => {
  test.each([
    ['Europe/Berlin', 'DE'],
    ['Europe/Zurich', 'CH'],
    ['Europe/Stockholm', 'SE'],
    ['Asia/Calcutta', 'IN'],
    ['Europe/Kiev', 'UA'],
    ['Europe/Kyiv', 'UA'],
    ['America/Argentina/Buenos_Aires', 'AR'],
    ['UTC', undefined],
    ['Etc/GMT-3', undefined],
    ['Mars/Olympus', undefined],
    ['__proto__', undefined],
    ['constructor', undefined],
    ['x'.repeat(64), undefined],
  ])('%s', (timezone, country) => {
    expect(run(addLocation, { hit: { timezone } })).toEqual({ timezone, ...(country !== undefined && { country }) })
  })

  test('none where the hit has no zone', () => {
    expect(run(addLocation, {})).toEqual({})
  })
})

describe('of several sources one says all', () => {
  const database = { find: () => ({ country: 'FR', region: 'FR-75C', city: 'Paris' }), refresh: async () => {} }
  const hit = { timezone: 'Asia/Tokyo' }

  test.each([
    ['headers', cloudflare('DE'), database, { country: 'DE' }],
    ['the database', cloudflare('XX'), database, { country: 'FR', region: 'FR-75C', city: 'Paris' }],
    ['the time zone', cloudflare('XX'), { ...database, find: () => undefined }, { country: 'JP' }],
  ])('%s', (_, headers, source, place) => {
    expect(run(addLocation, { headers, hit, place: { headers: 'cloudflare', database: source } })).toEqual({ ...hit, ...place })
  })
})
