import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { checkPlace } from '../../../packages/collector/src/place/checkPlace.ts'
import { encodeMmdb, type MmdbOptions } from './encodeMmdb.ts'

const day = 86_400_000
/** When the test's files were made. */
const built = 1_795_000_000_000
const world: MmdbOptions = { type: 'DBIP-City-Lite', networks: { '8.8.8.0/24': { city: { names: { en: 'Mountain View' } }, country: { iso_code: 'US' } } } }

let folder: string
let path: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'treadlight-place-'))
  path = join(folder, 'places.mmdb')
})
afterEach(() => rm(folder, { recursive: true }))

test('nothing is set: nothing is said', async () => {
  expect(await checkPlace({}, built)).toBeUndefined()
})

test.each<[string, string | Buffer | undefined, days: number, object]>([
  ['as it should be', encodeMmdb(world), 90, { ok: true, detail: expect.stringMatching(/places\.mmdb, DBIP-City-Lite, made on 2026-11-18; 8\.8\.8\.8 is in US, Mountain View$/) }],
  ['old', encodeMmdb(world), 91, { ok: 'warning', detail: expect.stringContaining('91 days ago; 8.8.8.8 is in US'), remedy: expect.stringContaining('fetch it anew') }],
  [
    'of a part of the world',
    encodeMmdb({ ...world, networks: { '203.0.113.0/24': { country: { iso_code: 'DE' } } } }),
    0,
    { ok: 'warning', detail: expect.stringContaining('none of 8.8.8.8, 1.1.1.1'), remedy: expect.stringContaining('whole file') },
  ],
  ['of another kind', encodeMmdb({ ...world, type: 'GeoLite2-ASN' }), 0, { ok: false, detail: expect.stringContaining('GeoLite2-ASN, which has no places'), remedy: expect.stringContaining('place.database') }],
  ['no such file at all', 'PK...', 0, { ok: false, detail: expect.stringContaining('is no MaxMind DB file, or is damaged: fetch it anew') }],
  ['not there', undefined, 0, { ok: false, detail: expect.stringMatching(/place\.database: .* cannot be read: ENOENT/) }],
])('a file that is %s', async (_, bytes, days, check) => {
  if (bytes !== undefined) await writeFile(path, bytes)
  expect(await checkPlace({ database: path }, built + days * day)).toMatchObject({ name: 'places', ...check })
})
