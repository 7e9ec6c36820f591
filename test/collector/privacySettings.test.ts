import { signUser } from '@treadlight/protocol'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ConfigError, loadConfig, type Config } from '../../packages/collector/src/config.ts'
import { policyOf } from '../../packages/collector/src/settings/privacy.ts'
import { createTestCollector } from './collector.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'treadlight-privacy-'))
})
afterEach(() => rm(folder, { recursive: true }))

const secret = 'k3Jx0v9QmT7wYp2LrZ8bNd4sHf6gCa1E'
const load = (env: Record<string, string> = {}): Promise<Config> => loadConfig({ env, folder })
const write = (settings: object): Promise<void> => writeFile(join(folder, 'treadlight.config.json'), JSON.stringify(settings))

describe('userSecrets', () => {
  test('come from the environment, separated by commas, or as a list', async () => {
    expect((await load({ TREADLIGHT_USER_SECRETS: `${secret}, x${secret}` })).userSecrets).toEqual([secret, `x${secret}`])
    await write({ userSecrets: [secret] })
    expect((await load()).userSecrets).toEqual([secret])
  })

  test.each([
    'short',
    secret.slice(1),
    'secret'.repeat(6),
    'secret-of-the-shop-with-32-letters-1234567',
    'CHANGEME-CHANGEME-CHANGEME-CHANGEME-1234',
    'change-me-to-something-long-and-random-please',
    '<your-secret-here-with-at-least-32-characters>',
    'replace_this_with_32_random_characters_or_more',
    'a'.repeat(64),
    '0123'.repeat(10),
    `${secret},short`,
    Array.from({ length: 11 }, (_, index) => secret + index).join(),
  ])('input 18: %s is refused at the start, and not repeated', async (secrets) => {
    const error = (await load({ TREADLIGHT_USER_SECRETS: secrets }).catch((error: unknown) => error)) as Error
    expect(error).toBeInstanceOf(ConfigError)
    expect(error.message).toMatch(/^userSecrets \(environment variable TREADLIGHT_USER_SECRETS\) must be a list of up to 10 secrets of at least 32 random characters .*openssl rand -base64 32$/)
    expect(error.message).not.toContain(secrets)
  })
})

test.each([
  ['TREADLIGHT_ASSOCIATE_ANONYMOUS', 'false', false],
  ['PLAIN_PAGEVIEWS_ASSOCIATE_ANONYMOUS_SESSIONS', 'false', false],
  ['PLAIN_PAGEVIEWS_ASSOCIATE_ANONYMOUS_SESSIONS', 'False', false],
  ['PLAIN_PAGEVIEWS_ASSOCIATE_ANONYMOUS_SESSIONS', '0', false],
  ['PLAIN_PAGEVIEWS_ASSOCIATE_ANONYMOUS_SESSIONS', 'True', true],
])('PV35 %s=%s: association is %s', async (name, value, expected) => {
  expect((await load({ [name]: value })).associateAnonymous).toBe(expected)
})

describe('presets', () => {
  test('strict: what counting can do without is not there', async () => {
    expect(await load({ TREADLIGHT_PRIVACY: 'strict' })).toMatchObject({
      visitor: 'none',
      userSecrets: [],
      associateAnonymous: false,
      respect: { gpc: 'counting', dnt: true },
      place: { precision: 'country' },
      page: { referrer: 'origin', clickIds: false, params: [] },
    })
  })

  test('cnil: what the French exemption allows', async () => {
    expect(await load({ TREADLIGHT_PRIVACY: 'cnil' })).toMatchObject({
      visitor: 'daily',
      associateAnonymous: false,
      respect: { gpc: 'forwarding', dnt: false },
      place: { precision: 'city' },
      page: { referrer: 'full', clickIds: false },
      retention: { anonymous: 90, authenticated: 365 },
    })
  })

  test.each<[object, picked: object]>([
    [{ privacy: 'strict', visitor: 'none', respect: { dnt: true }, retention: { anonymous: 3650 } }, { retention: { anonymous: 3650 } }],
    [{ privacy: 'cnil', visitor: 'session' }, { visitor: 'session' }],
    [{ privacy: 'cnil', place: { precision: 'country' }, retention: { anonymous: 760, authenticated: 760 } }, { place: { precision: 'country' }, retention: { anonymous: 760 } }],
    [{ privacy: 'default', visitor: 'cookie' }, { visitor: 'cookie' }],
  ])('%j: what a preset allows may be set', async (settings, picked) => {
    await write(settings)
    expect(await load()).toMatchObject(picked)
  })

  test.each<[object, RegExp]>([
    [{ privacy: 'strict', visitor: 'daily' }, /^visitor \(treadlight\.config\.json\) contradicts privacy: strict, which needs none: leave it out, or leave privacy out/],
    [{ privacy: 'strict', userSecrets: [secret] }, /^userSecrets .* privacy: strict, which needs an empty list/],
    [{ privacy: 'strict', associateAnonymous: true }, /^associateAnonymous .* needs false/],
    [{ privacy: 'strict', respect: { gpc: 'forwarding' } }, /^respect\.gpc .* needs counting/],
    [{ privacy: 'strict', respect: { dnt: false } }, /^respect\.dnt .* needs true/],
    [{ privacy: 'strict', place: { precision: 'region' } }, /^place\.precision .* needs country/],
    [{ privacy: 'strict', page: { referrer: 'full' } }, /^page\.referrer .* needs origin/],
    [{ privacy: 'strict', page: { params: ['q'] } }, /^page\.params .* needs an empty list/],
    [{ privacy: 'strict', page: { clickIds: true } }, /^page\.clickIds .* needs false/],
    [{ privacy: 'cnil', visitor: 'cookie' }, /^visitor .* privacy: cnil, which needs daily or session/],
    [{ privacy: 'cnil', visitor: 'none' }, /^visitor .* daily or session/],
    [{ privacy: 'cnil', associateAnonymous: true }, /^associateAnonymous .* needs false/],
    [{ privacy: 'cnil', retention: { anonymous: 761 } }, /^retention\.anonymous .* needs at most 760 days/],
    [{ privacy: 'cnil', retention: { authenticated: 3650 } }, /^retention\.authenticated .* needs at most 760 days/],
    [{ privacy: 'loose' }, /^privacy: "loose" .* must be one of default, strict, cnil/],
  ])('%j is refused, naming both and the remedy', async (settings, message) => {
    await write(settings)
    const error = (await load().catch((error: unknown) => error)) as Error
    expect(error).toBeInstanceOf(ConfigError)
    expect(error.message).toMatch(message)
    expect(error.message).not.toContain(secret)
  })

  test('strict: of a hit that says all, nothing is left that tells one visitor from another', async () => {
    const config = await load({ TREADLIGHT_PRIVACY: 'strict' })
    const { post, stored } = createTestCollector({ settings: config, ...policyOf(config) })
    const hit = {
      url: 'https://shop.example/cart?utm_source=news&gclid=click-7&reader=ada',
      referrer: 'https://mail.example/inbox/ada',
      session: 'session-7',
      user: await signUser({ user: 'user-7', session: 'signed-7' }, secret),
      timezone: 'Europe/Berlin',
    }
    expect((await post(hit)).status).toBe(201)
    const [left] = await stored()
    expect(left).toMatchObject({ source: 'news', visitor: '', session: '', user: '', referrer: 'https://mail.example/', path: '/cart' })
    expect(JSON.stringify(left)).not.toMatch(/\bada\b|(click|session|user|signed)-7|inbox/)
    const dropped = async (headers: Record<string, string>): Promise<string | null> => (await post(hit, headers)).headers.get('x-hit-dropped')
    expect([await dropped({ 'sec-gpc': '1' }), await dropped({ dnt: '1' })]).toEqual(['gpc', 'dnt'])
  })

  test('say where the contradiction was set', async () => {
    await expect(load({ TREADLIGHT_PRIVACY: 'cnil', TREADLIGHT_VISITOR: 'cookie' })).rejects.toThrow(/^visitor \(environment variable TREADLIGHT_VISITOR\)/)
  })
})
