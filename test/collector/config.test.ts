import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ConfigError, loadConfig } from '../../packages/collector/src/config.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'treadlight-config-'))
})
afterEach(() => rm(folder, { recursive: true }))

const load = (env: Record<string, string> = {}, flags: Record<string, string> = {}) => loadConfig({ env, flags, folder })

test('without anything said: loopback, port 4600, a synced folder, 90 and 365 days', async () => {
  expect(await load({ TREADLIGHT_TIMEZONE: 'UTC' })).toEqual({
    host: '127.0.0.1',
    port: 4600,
    timezone: 'UTC',
    trustProxies: ['loopback'],
    storage: { driver: 'fs', base: './data', sync: true },
    retention: { anonymous: 90, authenticated: 365 },
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
    [{ TREADLIGHT_TRUST_PROXIES: 'loopback, 10.0.0.0/8' }, /trustProxies.*single addresses/],
    [{ TREADLIGHT_TRUST_PROXIES: 'my-proxy' }, /trustProxies.*addresses/],
    [{ TREADLIGHT_RETENTION_ANONYMUS: '5' }, /TREADLIGHT_RETENTION_ANONYMUS.*did you mean TREADLIGHT_RETENTION_ANONYMOUS\?/],
    [{ TREADLIGHT_STORAGE_SYNC: 'maybe' }, /storage\.sync.*true or false/],
  ])('%j', async (env, message) => {
    const error = await load(env as Record<string, string>).catch((error: unknown) => error)
    expect(error).toBeInstanceOf(ConfigError)
    expect((error as Error).message).toMatch(message)
    expect((error as Error).message).not.toContain('\n')
  })

  test.each([
    ['{"prot": 1}', /no setting prot; did you mean port\?/],
    ['{"storage": {"bse": "x"}}', /no setting storage\.bse; did you mean storage\.base\?/],
    ['{"storage": "redis"}', /storage must be an object/],
    ['[]', /must be an object/],
    ['{', /treadlight\.config\.json: cannot be read/],
    ['{"port": "4600x"}', /port: "4600x" \(treadlight\.config\.json\)/],
  ])('%s', async (text, message) => {
    await writeFile(join(folder, 'treadlight.config.json'), text)
    await expect(load()).rejects.toThrow(message)
  })
})
