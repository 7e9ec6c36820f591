import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { loadConfig, type Config } from '../../packages/collector/src/config.ts'
import { anonymizeAddress } from '../../packages/collector/src/hit/anonymizeAddress.ts'
import { openStore } from '../../packages/collector/src/openStore.ts'
import { serve } from '../../packages/collector/src/serve.ts'
import vectors from '../vectors/ip_anonymise.json'
import { createTestCollector } from './collector.ts'

/** What the vectors recommend in words: no address, or that proxies are resolved before. */
const inWords: Record<string, string> = { "'' or reject": '', "''": '' }
/** Lists are what proxies say; which of it is the client is known before an address is cut. See below. */
const isList = ({ input }: { input: string }): boolean => input.includes(',')

describe('SS31: an address is cut to 24 or 48 bits', () => {
  test.each(vectors.vectors.filter((row) => !isList(row)))('$input: $why', ({ input, upstream, recommended }) => {
    const wanted = inWords[recommended ?? ''] ?? recommended ?? upstream
    expect(anonymizeAddress(input)).toBe(wanted.includes(':') ? firstGroups(wanted) : wanted)
  })

  test.each(['203.0.113.7, 10.0.0.1', 'unknown', '203.0.113.7:80', '0x7f.1', '2130706433', ' '])('%j is no address', (text) => {
    expect(anonymizeAddress(text)).toBe('')
  })

  test.each([
    ['::ffff:203.0.113.7', '203.0.113.0'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1::'],
    ['::1', '::'],
  ])('%s', (address, cut) => {
    expect(anonymizeAddress(address)).toBe(cut)
  })
})

/** The originals keep 64 bits; we keep 48 of them. Written as RFC 5952 has it. */
function firstGroups(address: string): string {
  const groups = address.split('::')[0]!.split(':').slice(0, 3).map((group) => Number.parseInt(group, 16).toString(16))
  return `${groups.join(':').replace(/(?::0)+$/, '')}::`
}

describe('the setting address', () => {
  const hit = (ip?: string): Request =>
    Object.assign(new Request('http://localhost/hit', { method: 'POST', body: '{"url":"https://shop.example/"}' }), { ip })

  test.each([
    ['cut', '203.0.113.7', '203.0.113.0'],
    ['cut', '2001:db8:1:2::7', '2001:db8:1::'],
    ['cut', undefined, undefined],
    ['none', '203.0.113.7', undefined],
    [undefined, '203.0.113.7', undefined],
  ] as const)('%s: of %s is kept %s', async (address, ip, kept) => {
    const { collector, stored } = createTestCollector(address && { settings: { address } })
    await collector.fetch(hit(ip))
    expect((await stored())[0]?.address).toBe(kept)
  })
})

describe('inputs 15: behind proxies the client is found first', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'treadlight-address-'))
  })
  afterEach(() => rm(folder, { recursive: true }))

  test.each([
    ...vectors.vectors.filter(isList).map(({ input, upstream }) => [input, upstream.includes(':') ? firstGroups(upstream) : upstream]),
    ['6.6.6.6, 203.0.113.7, 10.0.0.1', '203.0.113.0'],
  ])('%s', async (forwarded, kept) => {
    const env = { PORT: '0', TREADLIGHT_STORAGE_BASE: folder, TREADLIGHT_ADDRESS: 'cut', TREADLIGHT_TRUST_PROXIES: 'loopback, 10.0.0.1' }
    const config = await loadConfig({ env, folder })
    const running = await serve({ config })
    try {
      await fetch(`${running.url}/hit`, { method: 'POST', body: '{"url":"https://shop.example/"}', headers: { 'x-forwarded-for': forwarded } })
    } finally {
      await running.close()
    }
    expect(await storedAddresses(config)).toEqual([kept])
  })
})

async function storedAddresses(config: Config): Promise<(string | undefined)[]> {
  const { store, close } = await openStore(config, { readOnly: true })
  const addresses: (string | undefined)[] = []
  for await (const { address } of store.hits({ site: config.site, order: 'oldest' })) addresses.push(address)
  await close()
  return addresses
}
