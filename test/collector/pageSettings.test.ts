import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { loadConfig } from '../../packages/collector/src/config.ts'
import { pageSettings } from '../../packages/collector/src/settings/page.ts'

const page = await readFile(new URL('../../docs/collector.md', import.meta.url), 'utf8')
const section = page.split(/^## /m).find((part) => part.startsWith('What is counted'))!

/** The settings that a config file has, and those of an environment. */
async function load(file: string, env: Record<string, string> = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'treadlight-page-'))
  try {
    await writeFile(join(folder, 'treadlight.config.mjs'), file)
    return await loadConfig({ env, folder })
  } finally {
    await rm(folder, { recursive: true })
  }
}

test('docs/collector.md: the examples say the same', async () => {
  const file = /^```js\n(.*?)^```$/ms.exec(section)![1]!
  const variables = [...section.matchAll(/^(TREADLIGHT_\w+)='(.*)'$/gm)].map(([, name, value]) => [name!, value!] as const)
  const fromFile = await load(file)
  expect(fromFile).toMatchObject({ hosts: ['shop.example', '*.shop.example'], page: { hash: 'routes', params: ['id', 'page'] } })
  expect(await load('export default {}', Object.fromEntries(variables))).toEqual(fromFile)
})

test('docs/collector.md names every setting with its variable', () => {
  const missing = Object.entries(pageSettings).filter(([path, { env }]) => !section.includes(`| \`${path}\` | \`${env[0]}\` |`))
  expect(missing).toEqual([])
})

describe('what is understood, in one spelling', () => {
  test.each([
    ['TREADLIGHT_HOSTS', 'Bücher.Example, *.SHOP.example', { hosts: ['xn--bcher-kva.example', '*.shop.example'] }],
    ['TREADLIGHT_HOSTS', 'shop.example.', { hosts: ['shop.example'] }],
    ['TREADLIGHT_EXCLUDE_PATHS', 'admin/,/a//,//b//c,/über,/#/x/,/wow!', { exclude: { paths: ['/admin', '/a', '/b/c', '/%C3%BCber', '/#/x', '/wow!'] } }],
    ['TREADLIGHT_EXCLUDE_ADDRESSES', '192.0.2.0/24,::1', { exclude: { addresses: ['192.0.2.0/24', '::1'] } }],
    ['TREADLIGHT_PAGE_PARAMS', ',', { page: { params: [] } }],
  ])('%s=%s', async (name, value, expected) => {
    expect(await load('export default {}', { [name]: value })).toMatchObject(expected)
  })
})

describe('what is refused, by name and with a remedy', () => {
  test.each([
    ['TREADLIGHT_HOSTS', 'https://shop.example', /hosts: .* without https:/],
    ['TREADLIGHT_HOSTS', 'shop.example:8080', /hosts/],
    ['TREADLIGHT_HOSTS', 'shop.example:80', /hosts/],
    ['TREADLIGHT_HOSTS', 'shop.example/path', /hosts/],
    ['TREADLIGHT_HOSTS', 'shop.*', /hosts/],
    ['TREADLIGHT_HOSTS', '*', /hosts/],
    ['TREADLIGHT_HOSTS', 'a b', /hosts/],
    ['TREADLIGHT_HOSTS', 'user@shop.example', /hosts/],
    ['TREADLIGHT_SPAM_HOSTS', '*.spam.example', /spam\.hosts/],
    ['TREADLIGHT_EXCLUDE_PATHS', '/', /exclude\.paths: .*at least one segment/],
    ['TREADLIGHT_EXCLUDE_PATHS', '/#!/', /exclude\.paths/],
    ['TREADLIGHT_EXCLUDE_PATHS', '/a,https://shop.example/admin', /exclude\.paths: .*without https:\/\/ and host/],
    ['TREADLIGHT_EXCLUDE_PATHS', 'HTTP://shop.example', /exclude\.paths: .*without https:\/\/ and host/],
    ['TREADLIGHT_EXCLUDE_PATHS', '/admin/*', /exclude\.paths: .*without \*/],
    ['TREADLIGHT_EXCLUDE_ADDRESSES', '10', /exclude\.addresses/],
    ['TREADLIGHT_EXCLUDE_ADDRESSES', '192.0.2.0/33', /exclude\.addresses/],
    ['TREADLIGHT_EXCLUDE_ADDRESSES', '::ffff:192.0.2.0/24', /exclude\.addresses/],
    ['TREADLIGHT_EXCLUDE_ADDRESSES', '192.0.2.0/24/1', /exclude\.addresses/],
    ['TREADLIGHT_EXCLUDE_ADDRESSES', 'office', /exclude\.addresses/],
    ['TREADLIGHT_PAGE_HASH', 'sometimes', /page\.hash: .*one of routes, never, always/],
    ['TREADLIGHT_PAGE_TRAILING_SLASH', 'true', /page\.trailingSlash/],
    ['TREADLIGHT_LIMITS_DISTINCT', '0', /limits\.distinct/],
  ])('%s=%s', async (name, value, message) => {
    await expect(load('export default {}', { [name]: value })).rejects.toThrow(message)
  })
})
