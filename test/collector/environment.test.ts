import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { pagePath, writeConfiguration } from '../../scripts/configuration.ts'
import { listSettings, resolveConfig } from '../../packages/collector/src/config.ts'
import { listStorageOptions } from '../../packages/collector/src/storageSettings.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'treadlight-environment-'))
})
afterEach(() => rm(folder, { recursive: true }))

const resolve = (env: Record<string, string>) => resolveConfig({ env, folder })
const fileOf = async (name: string, text: string): Promise<string> => {
  const path = join(folder, name)
  await writeFile(path, text)
  return path
}

test('docs/configuration.md says what there is: `npm run configuration` writes it', async () => {
  expect(await readFile(pagePath, 'utf8')).toBe(writeConfiguration())
})

/** Of each setting a value that is not its default, as it stands in the environment, and as it is in force. */
const values: Record<string, [text: string, value: unknown]> = {
  hosts: ['shop.example,*.shop.example', ['shop.example', '*.shop.example']],
  'page.hash': ['never', 'never'],
  'page.trailingSlash': ['remove', 'remove'],
  'page.params': ['q,tab', ['q', 'tab']],
  'exclude.paths': ['/admin,/internal', ['/admin', '/internal']],
  'exclude.addresses': ['192.0.2.7,2001:db8::/32', ['192.0.2.7', '2001:db8::/32']],
  'spam.hosts': ['spam.example', ['spam.example']],
  'limits.distinct': ['7', 7],
  host: ['0.0.0.0', '0.0.0.0'],
  port: ['4700', 4700],
  timezone: ['Asia/Tokyo', 'Asia/Tokyo'],
  trustProxies: ['10.0.0.0/8,loopback', ['10.0.0.0/8', 'loopback']],
  site: ['shop', 'shop'],
  'store.type': ['ndjson', 'ndjson'],
  'store.path': ['/var/lib/hits.ndjson', '/var/lib/hits.ndjson'],
  'store.url': ['http://localhost:8123', 'http://localhost:8123'],
  'store.database': ['hits', 'hits'],
  'store.username': ['me', 'me'],
  'store.password': ['hunter2', 'hunter2'],
  'store.cluster': ['main', 'main'],
  'bots.crawlers': ['count', 'count'],
  'bots.automation': ['count', 'count'],
  'place.headers': ['cloudflare', 'cloudflare'],
  'place.database': ['/geo.mmdb', '/geo.mmdb'],
  address: ['cut', 'cut'],
  'retention.anonymous': ['30', 30],
  'retention.authenticated': ['400', 400],
  'retention.newest': ['1000', 1000],
  'retention.sums': ['false', false],
  privacy: ['cnil', 'cnil'],
  visitor: ['session', 'session'],
  userSecrets: ['kP0w8s5sVn1xYb7ZtQhR4mJc2LdE9gUa', ['kP0w8s5sVn1xYb7ZtQhR4mJc2LdE9gUa']],
  associateAnonymous: ['false', false],
  'respect.gpc': ['counting', 'counting'],
  'respect.dnt': ['true', true],
  'place.precision': ['country', 'country'],
  'page.referrer': ['origin', 'origin'],
  'page.clickIds': ['false', false],
  'limits.perAddress': ['5', 5],
  'limits.burst': ['6', 6],
  'limits.total': ['7', 7],
  'limits.connections': ['80', 80],
  workers: ['2', 2],
  metrics: ['open', 'open'],
  log: ['json', 'json'],
  sites: ['{ "blog": { "hosts": ["blog.example"] } }', { blog: { hosts: ['blog.example'] } }],
  dialects: ['plausible,matomo', ['plausible', 'matomo']],
  aliases: ['{ "UA-1-1": "shop" }', { 'UA-1-1': 'shop' }],
  destinations: ['[{ "use": "webhook", "url": "https://example.com/hits" }]', [expect.objectContaining({ name: 'webhook' })]],
}

/** What some settings cannot be without. */
const company = (path: string): Record<string, string> => {
  if (/^store\.(?:database|username|password|cluster)$/.test(path)) return { TREADLIGHT_STORE_TYPE: 'clickhouse', TREADLIGHT_STORE_URL: 'http://clickhouse:8123' }
  return path === 'store.url' ? { TREADLIGHT_STORE_TYPE: 'clickhouse' } : {}
}

test('every setting can be set by each of its variables, and by a file that a variable names', async () => {
  for (const { path, env, fallback } of listSettings()) {
    expect(env.length, `${path} has a variable`).toBeGreaterThan(0)
    const [text, value] = values[path] ?? expect.fail(`this test needs a value of ${path}`)
    expect(fallback, path).not.toEqual(value)
    for (const name of env) {
      expect((await resolve({ ...company(path), [name]: text })).settings.get(path)).toEqual({ value, from: `environment variable ${name}` })
      if (!name.startsWith('TREADLIGHT_')) continue
      const file = await fileOf(name, `${text}\n`)
      expect((await resolve({ ...company(path), [`${name}_FILE`]: file })).settings.get(path)).toEqual({ value, from: `environment variable ${name}_FILE` })
    }
  }
})

test('every option of every driver that a text can say has a variable, and a file', async () => {
  for (const { option, variable, drivers, allowed } of listStorageOptions()) {
    for (const driver of drivers) {
      const text = allowed.startsWith('true') ? 'true' : allowed === 'JSON' ? '{"a":1}' : allowed.startsWith('a whole number') ? '1' : 'text'
      const needed = { TREADLIGHT_STORAGE_PATH: 'file', TREADLIGHT_STORAGE_BUCKET: 'b', TREADLIGHT_STORAGE_ACCESS_KEY_ID: 'k', TREADLIGHT_STORAGE_SECRET_ACCESS_KEY: 's' }
      // What needs a binding of a Worker cannot be had here.
      if (driver === 'r2' || driver === 'cloudflare-kv') continue
      const { [variable as 'TREADLIGHT_STORAGE_PATH']: _, ...others } = needed
      const { settings } = await resolve({ ...others, TREADLIGHT_STORAGE_DRIVER: driver, [`${variable}_FILE`]: await fileOf(option, text) })
      expect(settings.get(`storage.${option}`), `${driver} ${option}`).toMatchObject({ from: `environment variable ${variable}_FILE` })
    }
  }
})

describe('secrets from files', () => {
  test('line ends behind them are none of them; blanks are', async () => {
    const { config } = await resolve({ TREADLIGHT_STORAGE_DRIVER: 'redis', TREADLIGHT_STORAGE_PASSWORD_FILE: await fileOf('password', ' s3cret \r\n\n') })
    expect(config.storage).toEqual({ driver: 'redis', password: ' s3cret ' })
  })

  test.each([
    ['is not there', { TREADLIGHT_STORAGE_PASSWORD_FILE: '/nowhere/password' }, 'environment variable TREADLIGHT_STORAGE_PASSWORD_FILE: /nowhere/password: there is no such file'],
    ['is set as well', { TREADLIGHT_LOG: 'json', TREADLIGHT_LOG_FILE: '/nowhere' }, 'environment variables TREADLIGHT_LOG and TREADLIGHT_LOG_FILE: both are set; leave one of them out'],
    ['is for no setting', { TREADLIGHT_PASWORD_FILE: '/nowhere' }, 'environment variable TREADLIGHT_PASWORD_FILE: there is no such setting'],
    ['is a folder', { TREADLIGHT_LOG_FILE: '/' }, 'environment variable TREADLIGHT_LOG_FILE: /: EISDIR'],
  ])('one that %s is refused', async (_, env, message) => {
    await expect(resolve(env as Record<string, string>)).rejects.toThrow(message)
  })

  test('one that is empty is refused, and what is wrong in one is not shown but its variable is', async () => {
    await expect(resolve({ TREADLIGHT_LOG_FILE: await fileOf('empty', '\n') })).rejects.toThrow('is empty')
    await expect(resolve({ TREADLIGHT_USER_SECRETS_FILE: await fileOf('short', 'hunter2') })).rejects.toThrow(/^userSecrets \(environment variable TREADLIGHT_USER_SECRETS_FILE\) must be a list/)
  })
})

test.each([
  ['[{ "use": "webhok" }]', 'destinations[0].use: there is no destination "webhok"; did you mean webhook?'],
  ['[{ "use": "constructor" }]', 'destinations[0].use: there is no destination "constructor"; there are ga4,'],
  ['[{ "use": "webhook", "url": "nowhere", "secret": "hunter2hunter2" }]', 'destinations[0] (webhook): '],
  ['[{ "use": "webhook" }]', 'destinations[0] (webhook): '],
  ['{ "use": "webhook" }', 'destinations (environment variable TREADLIGHT_DESTINATIONS) must be a list'],
])('destinations of the environment that are none are refused: %s', async (text, message) => {
  const error = (await resolve({ TREADLIGHT_DESTINATIONS: text }).catch((cause: unknown) => cause)) as Error
  expect(error.message).toContain(message)
  expect(error.message).not.toContain('hunter2')
})
