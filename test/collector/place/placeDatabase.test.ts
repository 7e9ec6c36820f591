import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { openPlaceDatabase } from '../../../packages/collector/src/place/placeDatabase.ts'
import { ConfigError } from '../../../packages/collector/src/settings.ts'
import { createTestCollector } from '../collector.ts'
import { encodeMmdb, type MmdbOptions } from './encodeMmdb.ts'

let folder: string
let path: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'treadlight-place-'))
  path = join(folder, 'places.mmdb')
})
afterEach(() => rm(folder, { recursive: true }))

const munich = {
  city: { geoname_id: 2_867_714, names: { en: 'Munich', de: 'München' } },
  country: { iso_code: 'DE', names: { en: 'Germany' } },
  subdivisions: [{ iso_code: 'BY', names: { en: 'Bavaria' } }],
}
const geoLite: MmdbOptions = { type: 'GeoLite2-City', networks: { '203.0.113.0/24': munich, '2001:db8::/32': { country: { iso_code: 'FR' } } } }

async function open(options: MmdbOptions): Promise<ReturnType<typeof openPlaceDatabase>> {
  await writeFile(path, encodeMmdb(options))
  return openPlaceDatabase(path)
}

describe('a MaxMind DB file, read by mmdb-lib', () => {
  test.each([
    ['203.0.113.7', { country: 'DE', region: 'DE-BY', city: 'Munich' }],
    ['::ffff:203.0.113.7', { country: 'DE', region: 'DE-BY', city: 'Munich' }],
    ['::ffff:cb00:7107', { country: 'DE', region: 'DE-BY', city: 'Munich' }],
    ['2001:db8:1::1', { country: 'FR' }],
    ['198.51.100.1', undefined],
    ['2001:db9::1', undefined],
    ['', undefined],
    ['unknown', undefined],
    ['203.0.113.7, 10.0.0.1', undefined],
  ])('%s', async (address, place) => {
    expect((await open(geoLite)).find(address)).toEqual(place)
  })

  test.each([
    ['GeoLite2-Country', { country: { iso_code: 'AT' }, registered_country: { iso_code: 'US' } }, { country: 'AT' }],
    // Its regions have names and no codes.
    [
      'DBIP-City-Lite',
      { city: { names: { en: 'Graz' } }, country: { iso_code: 'AT' }, subdivisions: [{ names: { en: 'Styria' } }] },
      { country: 'AT', region: 'Styria', city: 'Graz' },
    ],
    ['DBIP-Country-Lite', { country: { iso_code: 'AT', names: { en: 'Austria' } } }, { country: 'AT' }],
    ['GeoLite2-City', { continent: { code: 'EU' } }, undefined],
    ['GeoLite2-City', { registered_country: { iso_code: 'US' } }, undefined],
    ['GeoLite2-City', { country: { iso_code: 'AT' }, city: {}, subdivisions: [{}] }, { country: 'AT' }],
  ])('%s %j', async (type, record, place) => {
    expect((await open({ type, networks: { '203.0.113.0/24': record } })).find('203.0.113.1')).toEqual(place)
  })

  test('of IPv4 addresses alone knows nothing of IPv6 ones', async () => {
    // The first 32 bits of 2001:db8:: are those of 32.1.13.184.
    const { find } = await open({ type: 'GeoLite2-Country', ipVersion: 4, networks: { '32.1.13.0/24': { country: { iso_code: 'US' } } } })
    expect(find('32.1.13.184')).toEqual({ country: 'US' })
    expect(find('2001:db8::1')).toBeUndefined()
  })
})

describe('is read anew when it has changed', () => {
  const later = new Date(Date.now() + 60_000)

  test('and then knows what the new file says', async () => {
    const database = await open(geoLite)
    expect(database.find('203.0.113.7')?.city).toBe('Munich')
    await writeFile(path, encodeMmdb({ type: 'GeoLite2-City', networks: { '203.0.113.0/24': { country: { iso_code: 'CH' } } } }))
    await database.refresh()
    expect(database.find('203.0.113.7')).toEqual({ country: 'CH' })
  })

  test('the former one goes on while the new one cannot be read', async () => {
    const database = await open(geoLite)
    await writeFile(path, 'half a download')
    await utimes(path, later, later)
    await expect(database.refresh()).rejects.toThrow(ConfigError)
    await expect(database.refresh()).rejects.toThrow(/is no MaxMind DB file/)
    expect(database.find('203.0.113.7')?.city).toBe('Munich')
    await rm(path)
    await expect(database.refresh()).rejects.toThrow(path)
    expect(database.find('203.0.113.7')?.city).toBe('Munich')
  })
})

describe('what cannot be opened is named in one line, with the remedy', () => {
  test.each([
    ['a folder', '.', /place\.database: .* cannot be read/],
    ['no such file', 'none.mmdb', /place\.database: .*none\.mmdb cannot be read: ENOENT/],
  ])('%s', async (_, name, message) => {
    await expect(openPlaceDatabase(join(folder, name))).rejects.toThrow(message)
  })

  test.each([
    ['another format', Buffer.from('network,geoname_id\n')],
    ['nothing', Buffer.alloc(0)],
    ['the beginning of a file', encodeMmdb(geoLite).subarray(0, 500)],
    ['the end of a file', encodeMmdb(geoLite).subarray(-300)],
  ])('%s', async (_, bytes) => {
    await writeFile(path, bytes)
    const error: unknown = await openPlaceDatabase(path).catch((error: unknown) => error)
    expect(error).toBeInstanceOf(ConfigError)
    expect((error as Error).message).toMatch(/^place\.database: \S+places\.mmdb is no MaxMind DB file, or is damaged.*$/)
  })

  test('a database of something else', async () => {
    await expect(open({ ...geoLite, type: 'GeoLite2-ASN' })).rejects.toThrow(/type GeoLite2-ASN, which has no places/)
  })

  test('a package that is missing', async () => {
    vi.doMock('mmdb-lib', () => {
      throw Object.assign(new Error('Cannot find package'), { code: 'ERR_MODULE_NOT_FOUND' })
    })
    try {
      await expect(openPlaceDatabase(path)).rejects.toThrow(/^place\.database .*mmdb-lib.*: npm install mmdb-lib$/)
    } finally {
      vi.doUnmock('mmdb-lib')
    }
  })
})

test('the address is looked up and not stored', async () => {
  const database = await open(geoLite)
  const { collector, stored } = createTestCollector({ place: { headers: 'off', database } })
  const body = JSON.stringify({ url: 'https://shop.example/', timezone: 'Asia/Tokyo' })
  await collector.fetch(Object.assign(new Request('http://localhost/hit', { method: 'POST', body }), { ip: '203.0.113.7' }))
  const hits = await stored()
  expect(hits).toMatchObject([{ country: 'DE', region: 'DE-BY', city: 'Munich' }])
  expect(JSON.stringify(hits)).not.toContain('203.0.113')
})
