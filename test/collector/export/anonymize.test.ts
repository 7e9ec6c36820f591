import type { StoredHit } from '@treadlight/store'
import { createReferenceStore } from '@treadlight/store'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createAnonymizer, treatments } from '../../../packages/collector/src/export/anonymizer.ts'
import { exportFormats, type ExportFormat } from '../../../packages/collector/src/export/formats.ts'
import { maskIds } from '../../../packages/collector/src/export/maskIds.ts'
import { makeEngagement, makeHit, noon, testId } from '../../store/makeHit.ts'
import { collectExport, readCsvRows, readNdjson, readParquet } from './readExport.ts'

const site = 'shop'

/** Letters that nothing else in a hit is made of, so that a secret is found wherever it has got to. */
const secret: fc.Arbitrary<string> = fc.string({ unit: fc.constantFrom(...'ǄǅǆǇǈǉǊǋǌ'), minLength: 4, maxLength: 12 })
/** The same as it may stand in an address. */
const word: fc.Arbitrary<string> = fc.string({ unit: fc.constantFrom(...'QXZ'), minLength: 6, maxLength: 12 })

interface Personal {
  hit: StoredHit
  secrets: string[]
}

/** A hit that has something of a person in every field that may. */
const personal: fc.Arbitrary<Personal> = fc
  .record({
    number: fc.nat(1e9),
    texts: fc.array(secret, { minLength: 12, maxLength: 12 }),
    words: fc.array(word, { minLength: 6, maxLength: 6 }),
    address: fc.ipV4(),
    time: fc.integer({ min: noon - 1e9, max: noon }),
  })
  .map(({ number, texts, words, address, time }) => {
    const [user, session, visitor, title, prop, click, term, content, city, screen, zone, version] = texts as [string, string, string, string, string, string, string, string, string, string, string, string]
    const [query, fragment, mail, from, name, route] = words as [string, string, string, string, string, string]
    const id = testId(number, time)
    const path = `/people/${user}/${encodeURIComponent(session)}/${mail}@mail.example/list#/route?${route}`
    const hit = makeHit({
      id, time, path, user, session, visitor, title, term, content, city, screen, address,
      url: `https://${name}:${name}@shop.example${path.split('#')[0]}?${query}=${query}#${fragment}`,
      referrer: `https://news.example/${from}?${query}`,
      referrerHost: 'news.example',
      campaign: `${mail}@mail.example`,
      props: { [prop]: prop },
      clickIds: { gclid: click },
      region: city,
      timezone: zone,
      browserVersion: version,
      osVersion: version,
      language: `de-${fragment}`,
    })
    return { hit, secrets: [id, address, ...texts, ...texts.map(encodeURIComponent), ...words] }
  })

const textOf: Readonly<Record<ExportFormat, (bytes: Buffer) => Promise<string>>> = {
  csv: async (bytes) => bytes.toString(),
  ndjson: async (bytes) => bytes.toString(),
  parquet: async (bytes) => JSON.stringify(await readParquet(bytes)) + bytes.toString('latin1'),
}

test.each(exportFormats)('PT14: of whoever was there, nothing is in an anonymised export (%s)', async (format) => {
  await fc.assert(
    fc.asyncProperty(fc.array(personal, { minLength: 1, maxLength: 5 }), async (people) => {
      const store = createReferenceStore()
      await store.append(people.map(({ hit }) => hit))
      const text = await textOf[format]((await collectExport(store, { site, format, anonymize: true })).bytes)
      expect(people.flatMap(({ secrets }) => secrets).filter((each) => text.includes(each))).toEqual([])
      // That they are found where they are is shown by the export as it is.
      const plain = await textOf[format]((await collectExport(store, { site, format })).bytes)
      expect(people.every(({ hit }) => plain.includes(hit.user))).toBe(true)
    }),
    { numRuns: 30 },
  )
})

describe('PT14: what becomes of a hit', () => {
  const hit = makeHit({
    time: noon + 999, received: noon + 5999, url: 'https://shop.example:8443/a/b?mail=x#top', path: '/a/b', referrer: 'android-app://com.example/x', title: 'Ann’s cart',
    source: 'newsletter', medium: 'email', campaign: 'may', visitor: 'v1', session: 's1', user: 'ann', language: 'pt-BR', browser: 'Firefox', browserVersion: '140',
    country: 'DE', region: 'DE-BY', city: 'Munich', address: '203.0.113.0', props: { plan: 'pro' }, revenue: { amount: '19.90', currency: 'EUR' }, screen: '390x844', timezone: 'Europe/Berlin',
  })

  test('all of it, field by field', () => {
    const { id, view, visitor, session, user, ...rest } = createAnonymizer()(hit)
    expect(rest).toEqual({
      site, origin: 'browser', type: 'pageview', day: '2026-11-21', time: noon, received: noon + 5000, url: 'https://shop.example:8443/a/b', title: '', referrer: 'android-app://com.example/',
      hostname: 'shop.example', path: '/a/b', referrerHost: '', source: 'newsletter', medium: 'email', campaign: 'may', language: 'pt', browser: 'Firefox', country: 'DE',
      revenue: { amount: '19.90', currency: 'EUR' },
    })
    expect(view).toBe(id)
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/)
    for (const name of [visitor, session, user]) expect(name).toMatch(/^(user-)?[0-9a-f]{16}$/)
  })

  test('one name for one person, visit and view throughout, and another in the next export', () => {
    const [here, there] = [createAnonymizer(), createAnonymizer()]
    const report = makeEngagement(hit)
    expect([here(report).view, here(report).user, here(report).visitor]).toEqual([here(hit).id, here(hit).user, here(hit).visitor])
    for (const field of ['id', 'view', 'visitor', 'session', 'user'] as const) {
      expect(here(hit)[field]).toBe(here(hit)[field])
      expect(there(hit)[field]).not.toBe(here(hit)[field])
    }
    // Whoever is called like another's session is not taken for it.
    const same = here({ ...hit, visitor: 'x', session: 'x', user: 'x' })
    expect(new Set([same.visitor, same.session, same.user]).size).toBe(3)
  })

  test('who had no name gets none', () => {
    expect(createAnonymizer()(makeHit({ visitor: '' }))).toMatchObject({ visitor: '', session: '', user: '' })
    expect(createAnonymizer()({ ...hit, view: '' }).view).toBe('')
  })

  test('a field that this version does not know is left out', () => {
    expect(createAnonymizer()({ ...hit, phone: '555' } as StoredHit)).not.toHaveProperty('phone')
  })

  test('every field of a hit is decided about', async () => {
    const [csv] = readCsvRows((await collectExport(createReferenceStoreOf(hit), { site, format: 'csv', anonymize: true })).bytes)
    for (const [field, treatment] of Object.entries(treatments)) if (treatment === 'left out') expect([field, csv![field]]).toEqual([field, ''])
    const [line] = readNdjson((await collectExport(createReferenceStoreOf(hit), { site, format: 'ndjson', anonymize: true })).bytes)
    for (const field of Object.keys(line!)) expect(treatments).toHaveProperty(field)
  })
})

describe('parts of a path that look like somebody’s', () => {
  test.each([
    ['/a/b', '/a/b'],
    ['/users/ann@example.org/orders', '/users/[masked]/orders'],
    ['/users/ann%40example.org', '/users/[masked]'],
    ['/call/+49301234567', '/call/[masked]'],
    ['/orders/12345678', '/orders/12345678'],
    ['/reset/0123456789abcdef0123', '/reset/[masked]'],
    ['/reset/eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.e30.x', '/reset/[masked]'],
    ['/f/01a1f508-44be-77a1-8d9a-447d19989cc5', '/f/[masked]'],
    ['/2026/11/how-we-made-the-fastest-shop-of-2026', '/2026/11/how-we-made-the-fastest-shop-of-2026'],
    ['/donaudampfschifffahrtsgesellschaft', '/donaudampfschifffahrtsgesellschaft'],
    ['/people/ada.lovelace/edit', '/people/[masked]/edit'],
    ['/people/ADA%2Elovelace', '/people/ADA%2Elovelace'],
    ['/people/ada%2Elovelace', '/people/[masked]'],
    ['/s/abc/t', '/s/[masked]/t'],
    ['/abcd', '/abcd'],
    ['/100%', '/100%'],
  ])('%s', (path, masked) => {
    expect(maskIds(path, ['ada.lovelace', 'abc', ''])).toBe(masked)
  })
})

function createReferenceStoreOf(hit: StoredHit): ReturnType<typeof createReferenceStore> {
  const store = createReferenceStore()
  void store.append([hit])
  return store
}
