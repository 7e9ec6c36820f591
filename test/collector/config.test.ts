import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ConfigError, loadConfig } from '../../packages/collector/src/config.ts'
import { describePlace, describePromise } from '../../packages/collector/src/describeStorage.ts'
import { dialects } from '../../packages/collector/src/dialects/dialects.ts'
import { pageDefaults } from '../../packages/collector/src/settings/page.ts'
import { configuredSites } from '../../packages/collector/src/sites/configuredSites.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'treadlight-config-'))
})
afterEach(() => rm(folder, { recursive: true }))

const load = (env: Record<string, string> = {}, flags: Record<string, string> = {}) => loadConfig({ env, flags, folder })

test('without anything said: loopback, port 4600, a folder, 90 and 365 days', async () => {
  expect(await load({ TREADLIGHT_TIMEZONE: 'UTC' })).toEqual({
    host: '127.0.0.1',
    port: 4600,
    timezone: 'UTC',
    trustProxies: ['loopback'],
    site: 'default',
    storage: { driver: 'fs', base: './data' },
    store: { type: 'storage', path: './hits.ndjson' },
    bots: { crawlers: 'drop', automation: 'drop' },
    address: 'none',
    retention: { anonymous: 90, authenticated: 365, sums: true },
    ...pageDefaults,
    privacy: 'default',
    visitor: 'daily',
    userSecrets: [],
    associateAnonymous: true,
    respect: { gpc: 'forwarding', dnt: false },
    place: { headers: 'off', precision: 'city' },
    page: { ...pageDefaults.page, referrer: 'full', clickIds: true },
    limits: { ...pageDefaults.limits, perAddress: 100, burst: 2000, total: 0, connections: 10_000 },
    workers: 1,
    metrics: 'token',
    log: 'text',
    sites: {},
    dialects: dialects.map(({ name }) => name),
    aliases: {},
    destinations: [],
  })
})

describe('destinations', () => {
  const write = (text: string): Promise<void> => writeFile(join(folder, 'treadlight.config.mjs'), `const to = (name) => ({ name, map() {}, batch: () => [], classify() {}, redact() {}, secrets: [] }); export default { destinations: ${text} }`)

  test('are what the package makes', async () => {
    await write("[to('ga4'), to('matomo')]")
    expect((await load()).destinations.map(({ name }) => name)).toEqual(['ga4', 'matomo'])
  })

  test.each([
    ["[to('a'), to('a')]", 'destinations: two are called a'],
    ["[{ name: 'a', secrets: ['s3cret'] }]", 'destinations (treadlight.config.mjs) must be a list of what @treadlight/destinations makes'],
    ["to('a')", 'must be a list'],
    ["[to('A b')]", 'must be a list'],
  ])('%s is refused, and nothing of it shown', async (text, message) => {
    await write(text)
    const error = await load().catch(String)
    expect(error).toContain(message)
    expect(error).not.toContain('s3cret')
  })
})

test.each(['mjs', 'json'])('reads treadlight.config.%s; environment beats file, flags beat both', async (ending) => {
  const settings = { port: 1, host: 'file', timezone: 'Asia/Tokyo', storage: { base: 'from-file' }, retention: { anonymous: 7 } }
  await writeFile(join(folder, `treadlight.config.${ending}`), (ending === 'json' ? '' : 'export default ') + JSON.stringify(settings))
  const config = await load({ PORT: '2', TREADLIGHT_STORAGE_SYNC: 'false' }, { port: '3' })
  expect(config).toMatchObject({
    port: 3,
    host: 'file',
    timezone: 'Asia/Tokyo',
    storage: { driver: 'fs', base: 'from-file', sync: false },
    retention: { anonymous: 7, authenticated: 365 },
  })
  expect((await load({ PORT: '2' })).port).toBe(2)
})

test('other defaults than usual give way to whatever the owner has set', async () => {
  const defaults = { 'bots.automation': 'count' }
  const automation = async (env: Record<string, string>) => (await loadConfig({ env, folder, defaults })).bots.automation
  expect(await automation({})).toBe('count')
  expect(await automation({ TREADLIGHT_BOTS_AUTOMATION: 'drop' })).toBe('drop')
  await writeFile(join(folder, 'treadlight.config.json'), JSON.stringify({ bots: { automation: 'drop' } }))
  expect(await automation({})).toBe('drop')
})

test('TREADLIGHT_PORT beats PORT, which a platform may set', async () => {
  expect((await load({ PORT: '2', TREADLIGHT_PORT: '5' })).port).toBe(5)
})

describe('says in one line what is wrong, where, and what is allowed', () => {
  test.each([
    [{ PORT: 'abc' }, /port: "abc" \(environment variable PORT\) must be a whole number/],
    [{ PORT: '70000' }, /port.*65535/],
    [{ PORT: '1.5' }, /port/],
    [{ TREADLIGHT_TIMEZONE: 'Mars/Olympus' }, /timezone: "Mars\/Olympus".*IANA/],
    [{ TREADLIGHT_RETENTION_ANONYMOUS: '0' }, /retention\.anonymous.*days/],
    [{ TREADLIGHT_TRUST_PROXIES: 'loopback, 10.0.0.0/33' }, /trustProxies.*ranges such as 10\.0\.0\.0\/8/],
    [{ TREADLIGHT_TRUST_PROXIES: '10' }, /trustProxies.*addresses/],
    [{ TREADLIGHT_TRUST_PROXIES: 'my-proxy' }, /trustProxies.*addresses/],
    [{ TREADLIGHT_RETENTION_ANONYMUS: '5' }, /TREADLIGHT_RETENTION_ANONYMUS.*did you mean TREADLIGHT_RETENTION_ANONYMOUS\?/],
    [{ TREADLIGHT_BOTS_CRAWLERS: 'yes' }, /bots\.crawlers: "yes".*one of drop, count/],
    [{ TREADLIGHT_PLACE_HEADERS: 'akamai' }, /place\.headers.*one of off, cloudflare, vercel, cloudfront, netlify, fastly/],
    [{ TREADLIGHT_ADDRESS: 'full' }, /address.*one of none, cut/],
    [{ TREADLIGHT_STORAGE_SYNC: 'maybe' }, /storage\.sync.*true or false/],
    [{ TREADLIGHT_STORAGE_ACESS_KEY_ID: 'x' }, /TREADLIGHT_STORAGE_ACESS_KEY_ID.*did you mean TREADLIGHT_STORAGE_ACCESS_KEY_ID\?/],
    [{ TREADLIGHT_STORAGE_DRIVER: 's3' }, /storage\.bucket: the driver s3 needs it: set it, or TREADLIGHT_STORAGE_BUCKET/],
    [{ TREADLIGHT_STORAGE_DRIVER: 'sqlite' }, /storage\.path: the driver sqlite needs it/],
    [{ TREADLIGHT_STORAGE_DRIVER: 'r2' }, /storage\.binding: the driver r2 needs it: which a Worker is given; from elsewhere, R2 is reached by the driver s3/],
    [{ TREADLIGHT_STORE_TYPE: 'text' }, /store\.type: "text".*one of storage, ndjson, clickhouse$/],
    [{ TREADLIGHT_STORE_TYPE: 'clickhouse' }, /store\.url: store\.type clickhouse needs it: set it, or TREADLIGHT_STORE_URL/],
    [{ TREADLIGHT_STORE_URL: 'http://me:secret@localhost:8123' }, /^store\.url \(environment variable TREADLIGHT_STORE_URL\) must be an http or https address without user and password/],
    [{ TREADLIGHT_STORE_DATABASE: 'a-b' }, /store\.database: "a-b".*letters, digits and _/],
    [{ TREADLIGHT_SITE: 'My Shop' }, /site: "My Shop".*a-z/],
    [{ TREADLIGHT_RETENTION_NEWEST: '0' }, /retention\.newest.*number of hits from 1/],
    [{ TREADLIGHT_RETENTION_SUMS: 'some' }, /retention\.sums.*true or false/],
  ])('%j', async (env, message) => {
    const error = await load(env as Record<string, string>).catch((error: unknown) => error)
    expect(error).toBeInstanceOf(ConfigError)
    expect((error as Error).message).toMatch(message)
    expect((error as Error).message).not.toContain('\n')
  })

  test.each([
    ['potr', 'port'],
    ['prt', 'port'],
    ['PORT', 'port'],
    ['poort', 'port'],
    ['timezoen', 'timezone'],
    ['Retention', 'retention'],
    ['retentoin', 'retention'],
    ['storeage', 'storage'],
    ['trustProxy', 'trustProxies'],
    ['trustproxies', 'trustProxies'],
  ])('%s is near to %s', async (name, meant) => {
    await writeFile(join(folder, 'treadlight.config.json'), JSON.stringify({ [name]: {} }))
    await expect(load()).rejects.toThrow(`no setting ${name}; did you mean ${meant}?`)
  })

  test.each([
    ['{"page": {"trailingslash": "keep"}}', /no setting page\.trailingslash; did you mean page\.trailingSlash\?$/],
    ['{"page": {"colour": "red"}}', /no setting page\.colour; there are page\.hash, page\.trailingSlash, page\.params, .*page\.clickIds$/],
    ['{"database": "x"}', /no setting database; there are hosts, page, .*, storage$/],
    ['{"store": {"url": "http://localhost:8123"}}', /store\.url is for store\.type clickhouse: set that as well, or leave it out$/],
    ['{"privacy": "Strict"}', /privacy: "Strict" .*must be one of default, strict, cnil; did you mean strict\?$/],
    ['{"privacy": "strcit"}', /did you mean strict\?$/],
    ['{"log": "jsn"}', /one of text, json; did you mean json\?$/],
    ['{"visitor": "fingerprint"}', /must be one of daily, session, cookie, none$/],
    ['{"storage": {"Base": "x"}}', /did you mean storage\.base\?$/],
    ['{"storage": {"folder": "x"}}', /no setting storage\.folder of the driver fs; there are storage\.base, storage\.sync$/],
  ])('what is near is named, else what there is: %s', async (text, message) => {
    await writeFile(join(folder, 'treadlight.config.json'), text)
    await expect(load()).rejects.toThrow(message)
  })

  test.each([
    [{ TREADLIGHT_PROT: '1' }, /TREADLIGHT_PROT: .*did you mean TREADLIGHT_PORT\?$/],
    [{ TREADLIGHT_Timezone: 'UTC' }, /did you mean TREADLIGHT_TIMEZONE\?$/],
    [{ TREADLIGHT_DATABASE_PASSWORD: 'x' }, /there is no such setting; there are TREADLIGHT_HOSTS, .*TREADLIGHT_STORAGE_DRIVER/],
  ])('variables too: %j', async (env, message) => {
    await expect(load(env as Record<string, string>)).rejects.toThrow(message)
  })

  test('the token that a site has in the same environment is none of them', async () => {
    expect((await load({ TREADLIGHT_TOKEN: 'tl_x' })).port).toBe(4600)
  })

  test.each([
    ['{"prot": 1}', /no setting prot; did you mean port\?/],
    ['{"storage": {"bse": "x"}}', /no setting storage\.bse of the driver fs; did you mean storage\.base\?/],
    ['{"storage": "redis"}', /storage must be an object/],
    ['{"storage": {"driver": "postgres", "base": "x"}}', /no setting storage\.base of the driver postgres; fs, redis, cloudflare-kv have it/],
    ['{"storage": {"driver": "memory", "size": 1}}', /no setting storage\.size of the driver memory; it has none/],
    ['{"storage": {"driver": 1}}', /storage\.driver \(treadlight\.config\.json\) must be the name of a storage driver/],
    ['{"store": {"path": "hits.ndjson"}}', /store\.path is the file of store\.type ndjson: set that as well/],
    ['{"store": {"type": "ndjson", "pth": "x"}}', /no setting store\.pth; did you mean store\.path\?/],
    ['{"storge": {"driver": "fs"}}', /no setting storge; did you mean storage\?/],
    ['[]', /must be an object/],
    ['{', /treadlight\.config\.json: cannot be read/],
    ['{"port": "4600x"}', /port: "4600x" \(treadlight\.config\.json\)/],
    ['{"retention": []}', /retention must be an object/],
    ['{"retention": {"anonymus": 1}}', /no setting retention\.anonymus; did you mean retention\.anonymous\?/],
    ['{"trustProxies": ["loopback", 1]}', /trustProxies.*must be a list of addresses/],
    ['{"trustProxies": {"0": "loopback"}}', /trustProxies.*must be a list of addresses/],
    ['{"__proto__": {"port": 1}}', /no setting __proto__/],
    ['{"constructor": 1}', /no setting constructor/],
    ['{"metrics": "public"}', /metrics: "public" .*must be one of token, open/],
    ['{"log": true}', /log: true .*must be one of text, json/],
    ['{"sites": []}', /sites: \[\] .*must be sites by id/],
    ['{"sites": {"Blog": {"hosts": []}}}', /"Blog" is no id of a site/],
    ['{"sites": {"blog": ["blog.example"]}}', /sites\.blog must be an object with hosts/],
    ['{"sites": {"blog": {"host": ["x"]}}}', /no setting sites\.blog\.host; did you mean sites\.blog\.hosts\?/],
    ['{"sites": {"blog": {"hosts": "blog.example"}}}', /sites\.blog\.hosts must be a list/],
    ['{"sites": {"blog": {"hosts": ["blog.example:80"]}}}', /sites\.blog\.hosts: "blog\.example:80" must be a host/],
    ['{"sites": {"blog": {"hosts": ["a.example"], "timezone": "Mars"}}}', /sites\.blog\.timezone: "Mars" must be an IANA time zone/],
    ['{"sites": {"a": {"hosts": ["x.example"]}, "b": {"hosts": ["X.example"]}}}', /sites\.b\.hosts: x\.example is a host of site a already/],
    ['{"sites": {"a": {"hosts": ["x.example"]}, "b": {"hosts": ["www.x.example"]}}}', /sites\.b\.hosts: www\.x\.example is x\.example, with and without www\., and that is a host of site a already/],
    ['{"sites": {"a": {"hosts": ["www.x.example"]}, "b": {"hosts": ["x.example"]}}}', /sites\.b\.hosts: x\.example is www\.x\.example, .* of site a already/],
    ['{"sites": {"a": {"hosts": ["*.x.example"]}, "b": {"hosts": ["*.x.example"]}}}', /sites\.b\.hosts: \*\.x\.example is a host of site a already/],
    ['{"site": "shop", "hosts": ["x.example"], "sites": {"a": {"hosts": ["www.x.example"]}}}', /sites\.a\.hosts: www\.x\.example is x\.example, .* of site shop already, by the setting hosts: leave it out of one of them/],
  ])('%s', async (text, message) => {
    await writeFile(join(folder, 'treadlight.config.json'), text)
    await expect(load()).rejects.toThrow(message)
  })

  test.each([
    '{"hosts": ["*.x.example"], "sites": {"a": {"hosts": ["blog.x.example"]}, "b": {"hosts": ["docs.x.example", "www.docs.x.example"]}}}',
    '{"hosts": ["x.example"], "sites": {"a": {"hosts": ["*.x.example"]}}}',
  ])('hosts that are near each other are none in common: %s', async (text) => {
    await writeFile(join(folder, 'treadlight.config.json'), text)
    await expect(load()).resolves.toMatchObject({ sites: { a: {} } })
  })
})

test('of two config files neither wins: both are named', async () => {
  await writeFile(join(folder, 'treadlight.config.json'), '{"port": 1}')
  await writeFile(join(folder, 'treadlight.config.mjs'), 'export default { port: 2 }')
  await expect(load()).rejects.toThrow('treadlight.config.mjs and treadlight.config.json: there are two config files in this folder; remove or rename all but one')
})

describe('storage: the driver’s own options', () => {
  const write = (settings: object) => writeFile(join(folder, 'treadlight.config.mjs'), `export default ${JSON.stringify(settings)}`)

  test('from a config file, nested ones too', async () => {
    const storage = { driver: 'redis', cluster: [{ host: 'a', port: 1 }], client: { tls: { ca: 'x' } }, base: 'shop' }
    await write({ storage })
    expect((await load()).storage).toEqual(storage)
  })

  test.each([
    ['redis', { URL: 'redis://localhost', PORT: '6380', DB: '2', CLUSTER: '[{"host":"a","port":1}]' }, { url: 'redis://localhost', port: 6380, db: 2, cluster: [{ host: 'a', port: 1 }] }],
    ['postgres', { PASSWORD: ' 0123 ', SSL: 'true', MAX: '3', TABLE: 'shop.hits' }, { password: ' 0123 ', ssl: true, max: 3, table: 'shop.hits' }],
    ['postgres', { SSL: '{"rejectUnauthorized":false}' }, { ssl: { rejectUnauthorized: false } }],
    ['sqlite', { PATH: './x.sqlite' }, { path: './x.sqlite' }],
    ['fs', { BASE: '/data', SYNC: '0' }, { base: '/data', sync: false }],
    [
      's3',
      { BUCKET: 'b', ACCESS_KEY_ID: '123', SECRET_ACCESS_KEY: '456', PATH_STYLE: 'false', RETRIES: '2' },
      { bucket: 'b', accessKeyId: '123', secretAccessKey: '456', pathStyle: false, retries: 2 },
    ],
  ])('from the environment, as %s wants them', async (driver, variables, options) => {
    const env = Object.fromEntries(Object.entries(variables).map(([name, value]) => [`TREADLIGHT_STORAGE_${name}`, value]))
    expect((await load({ TREADLIGHT_STORAGE_DRIVER: driver, ...env })).storage).toEqual({ driver, ...options })
  })

  test('the environment beats the file, option by option; an empty variable is none', async () => {
    await write({ storage: { driver: 'redis', host: 'file', port: 1 } })
    const { storage } = await load({ TREADLIGHT_STORAGE_PORT: '2', TREADLIGHT_STORAGE_HOST: '' })
    expect(storage).toEqual({ driver: 'redis', host: 'file', port: 2 })
  })

  test('what is set for another driver does not count', async () => {
    await write({ storage: { driver: 'fs', base: '/data' } })
    expect((await load({ TREADLIGHT_STORAGE_BASE: '/env' }, { 'storage.driver': 'memory' })).storage).toEqual({ driver: 'memory' })
    expect((await load({ TREADLIGHT_STORAGE_DRIVER: 'redis', TREADLIGHT_STORAGE_HOST: 'h' })).storage).toEqual({ driver: 'redis', host: 'h' })
  })

  test('only a folder has a default', async () => {
    expect((await load()).storage).toEqual({ driver: 'fs', base: './data' })
    expect((await load({}, { 'storage.driver': 'redis' })).storage).toEqual({ driver: 'redis' })
  })

  test('a driver that is not known here is passed on as it is: openStorage says which there are', async () => {
    await write({ storage: { driver: 'flopppy', disk: { side: 'A' } } })
    expect((await load()).storage).toEqual({ driver: 'flopppy', disk: { side: 'A' } })
  })

  test.each([
    [{ TREADLIGHT_STORAGE_PORT: 'hunter2' }, {}],
    [{ TREADLIGHT_STORAGE_CLIENT: '{"password": hunter2}' }, {}],
    [{}, { storage: { driver: 'redis', password: ['hunter2'] } }],
    [{}, { storage: { driver: 'redis', port: 'hunter2' } }],
  ])('messages do not repeat what may be a secret: %j %j', async (env, settings) => {
    await write(settings)
    const error = await load({ TREADLIGHT_STORAGE_DRIVER: 'redis', ...env } as Record<string, string>).catch((error: unknown) => error)
    expect(error).toBeInstanceOf(ConfigError)
    expect((error as Error).message).toMatch(/^storage\.\w+ \(.*\) must be /)
    expect((error as Error).message).not.toContain('hunter2')
  })

  test('nor does a file that is no JSON', async () => {
    await writeFile(join(folder, 'treadlight.config.json'), '{"storage": {"password": hunter2}}')
    const error = (await load().catch((error: unknown) => error)) as Error
    expect(error.message).toMatch(/treadlight\.config\.json: cannot be read/)
    expect(error.message).not.toMatch(/hunt/)
  })
})

test('a text file for the hits, and only so many of them', async () => {
  const config = await load({ TREADLIGHT_STORE_TYPE: 'ndjson', TREADLIGHT_STORE_PATH: '/srv/hits.ndjson', TREADLIGHT_RETENTION_NEWEST: '1000000' })
  expect(config).toMatchObject({ store: { type: 'ndjson', path: '/srv/hits.ndjson' }, retention: { newest: 1_000_000 } })
})

test('ClickHouse for the hits', async () => {
  const config = await load({ TREADLIGHT_STORE_TYPE: 'clickhouse', TREADLIGHT_STORE_URL: 'https://db.example:8443', TREADLIGHT_STORE_USERNAME: 'me', TREADLIGHT_STORE_PASSWORD: 'hunter2', TREADLIGHT_STORE_CLUSTER: 'main' })
  expect(config.store).toMatchObject({ type: 'clickhouse', url: 'https://db.example:8443', username: 'me', password: 'hunter2', cluster: 'main' })
  expect(describePlace(config)).toBe('clickhouse db.example:8443, database treadlight (small values: folder ./data)')
  expect(describePromise(config, 'acknowledged')).toBe('a hit answered 201 is on the disk of a quorum of the ClickHouse replicas (acknowledged)')
})

test('a package of ours that is not in the folder of the file', async () => {
  await writeFile(join(folder, 'treadlight.config.mjs'), "import { print } from '@treadlight/destinations'\nexport default { destinations: [print()] }")
  await expect(load()).rejects.toThrow(/treadlight\.config\.mjs: cannot be read: .*@treadlight\/destinations.*; install it in the folder of this file, as docs\/destinations\.md says$/s)
})

describe('numbers that would break a library are refused', () => {
  test.each([
    ['redis', 'timeout', '-5', '1 to 2147483647'],
    ['redis', 'timeout', '0', '1 to 2147483647'],
    ['redis', 'timeout', '99999999999', '1 to 2147483647'],
    ['redis', 'timeout', '1e3', '1 to 2147483647'],
    ['redis', 'timeout', '2.5', '1 to 2147483647'],
    ['redis', 'port', '0', '1 to 65535'],
    ['redis', 'port', '65536', '1 to 65535'],
    ['redis', 'db', '-1', '0 to 2147483647'],
    ['postgres', 'max', '0', '1 to 10000'],
    ['s3', 'retries', '-1', '0 to 100'],
    ['s3', 'parallel', '0', '1 to 10000'],
    ['sqlite', 'timeout', '-1', '0 to 2147483647'],
  ])('%s: %s %s', async (driver, option, value, allowed) => {
    const env = { TREADLIGHT_STORAGE_DRIVER: driver, [`TREADLIGHT_STORAGE_${option.toUpperCase()}`]: value }
    await expect(load(env)).rejects.toThrow(new RegExp(`^storage\\.${option} \\(environment variable .*\\) must be a whole number from ${allowed}$`))
  })
})

test('sites: from a file, or as JSON from the environment; hosts as URLs have them', async () => {
  const sites = { blog: { hosts: ['Bücher.example', '*.blog.example'], timezone: 'Europe/Berlin' } }
  expect((await load({ TREADLIGHT_SITES: JSON.stringify(sites) })).sites).toEqual({ blog: { hosts: ['xn--bcher-kva.example', '*.blog.example'], timezone: 'Europe/Berlin' } })
  await expect(load({ TREADLIGHT_SITES: '{' })).rejects.toThrow(/sites: "\{" \(environment variable TREADLIGHT_SITES\) must be sites by id/)
})

test('the default site is not one of sites', async () => {
  const config = await load({ TREADLIGHT_SITES: '{"default":{"hosts":[]}}' })
  expect(() => configuredSites(config)).toThrow(/sites\.default: default is the setting site/)
})

describe('whom hits are taken from', () => {
  test.each<[string, Record<string, string>, object]>([
    ['some', { TREADLIGHT_DIALECTS: 'umami, plausible' }, { dialects: ['plausible', 'umami'] }],
    ['none', { TREADLIGHT_DIALECTS: 'none' }, { dialects: [] }],
    ['what sites are called', { TREADLIGHT_ALIASES: '{"UA-1-1":"shop","1":"blog"}' }, { aliases: { 'UA-1-1': 'shop', 1: 'blog' } }],
  ])('%s', async (_, env, settings) => {
    expect(await load(env)).toMatchObject(settings)
  })

  test.each<[Record<string, string>, RegExp]>([
    [{ TREADLIGHT_DIALECTS: 'plausble' }, /dialects: there is no dialect "plausble"; did you mean plausible\?/],
    [{ TREADLIGHT_DIALECTS: 'umami,none' }, /there is no dialect "none"; there are plausible, umami,/],
    [{ TREADLIGHT_DIALECTS: ',' }, /dialects: "," \(environment variable TREADLIGHT_DIALECTS\) must be "none", or a list of plausible,/],
    [{ TREADLIGHT_ALIASES: '[]' }, /aliases: "\[\]" \(environment variable TREADLIGHT_ALIASES\) must be ids of sites by what other products call them/],
    [{ TREADLIGHT_ALIASES: '{"UA-1-1":"My Shop"}' }, /aliases\.UA-1-1: "My Shop" must be an id of a site/],
    [{ TREADLIGHT_ALIASES: '{"":"shop"}' }, /aliases: "" must be a name of 1 to 255 characters/],
  ])('%j is refused', async (env, message) => {
    await expect(load(env)).rejects.toThrow(message)
  })

  test('in a file', async () => {
    await writeFile(join(folder, 'treadlight.config.json'), JSON.stringify({ dialects: ['matomo'], aliases: { 7: 'shop' } }))
    expect(await load()).toMatchObject({ dialects: ['matomo'], aliases: { 7: 'shop' } })
  })
})
