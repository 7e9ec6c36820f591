import { webhook } from '@treadlight/destinations'
import { createValuesOutbox } from '@treadlight/destinations/forward'
import { createValues, openStorage, siteDay } from '@treadlight/store'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Command } from '../../packages/collector/src/commands/command.ts'
import { destinations } from '../../packages/collector/src/commands/destinations.ts'
import { drops } from '../../packages/collector/src/commands/drops.ts'
import { exclude } from '../../packages/collector/src/commands/exclude.ts'
import { site } from '../../packages/collector/src/commands/site.ts'
import { resolveConfig, type Config } from '../../packages/collector/src/config.ts'
import { createDropCounts } from '../../packages/collector/src/drops/dropCounts.ts'
import { makeForwarded } from '../destinations/forward/makeForwarded.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'treadlight-data-'))
  await mkdir(join(folder, 'data'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

async function call(command: Command, args: string[], values: Record<string, string | boolean> = {}, changed: Partial<Config> = {}): Promise<string> {
  const printed = vi.spyOn(console, 'log').mockImplementation(() => undefined)
  try {
    const resolved = await resolveConfig({ folder, env: { TREADLIGHT_TIMEZONE: 'UTC', TREADLIGHT_STORAGE_BASE: join(folder, 'data') } })
    await command.run({ ...resolved, config: { ...resolved.config, ...changed }, values, positionals: args })
    return printed.mock.calls.join('\n')
  } finally {
    printed.mockRestore()
  }
}

/** What a collector has written. */
async function write(act: (values: ReturnType<typeof createValues>) => Promise<unknown>): Promise<void> {
  const { storage } = await openStorage({ driver: 'fs', base: join(folder, 'data') })
  await act(createValues(storage))
  await storage.dispose()
}

test('site allow and disallow: hosts beside those of the settings', async () => {
  await writeFile(join(folder, 'treadlight.config.json'), '{"hosts":["shop.example"]}')
  expect(await call(site, ['allow', 'default'], { host: 'a.example,*.b.example' })).toBe('Site default takes hits of shop.example, a.example, *.b.example now. Running collectors know of it within 10 s.')
  expect(await call(site, ['list'])).toContain('takes what no other site does, of shop.example, a.example (added), *.b.example (added)')
  await expect(call(site, ['disallow', 'default'], { host: 'shop.example' })).rejects.toThrow('--host shop.example is one of the settings: change it there')
  await expect(call(site, ['disallow', 'default'], { host: 'c.example' })).rejects.toThrow('--host "c.example" is none that site default allows')
  expect(JSON.parse(await call(site, ['disallow', 'default'], { host: 'a.example', json: true }))).toMatchObject({ allowed: [{ host: 'shop.example', from: 'settings' }, { host: '*.b.example', from: 'added' }] })
})

describe('exclude', () => {
  test('adds, lists and removes, beside what the settings exclude', async () => {
    await writeFile(join(folder, 'treadlight.config.json'), '{"exclude":{"paths":["/intern"]}}')
    expect(await call(exclude, ['add'], { path: 'admin', address: '203.0.113.7' })).toBe(
      'Hits of site default of /admin and what is below it are not stored any more; what is stored stays. Running collectors know of it within 10 s.\n' +
        'Hits of site default from 203.0.113.7 are not stored any more; what is stored stays. Running collectors know of it within 10 s.',
    )
    const { exclusions } = JSON.parse(await call(exclude, ['list'], { json: true })) as { exclusions: { kind: string; value: string; id?: string }[] }
    expect(exclusions).toMatchObject([{ kind: 'path', value: '/intern', from: 'settings' }, { kind: 'path', value: '/admin', from: 'added' }, { kind: 'address', value: '203.0.113.7', from: 'added' }])
    const id = exclusions[1]!.id!
    expect(await call(exclude, ['remove', id])).toContain('It is excluded no more')
    expect(await call(exclude, ['list'])).toMatch(/^ +path +\/intern {2}\(settings\)\n[0-9a-f]{12} {2}address {2}203\.0\.113\.7$/)
    await expect(call(exclude, ['remove', id])).rejects.toThrow(`${id}: there is no exclusion of this id`)
  })

  test.each<[string[], Record<string, string>, string]>([
    [['add'], {}, 'exclude takes one of'],
    [['list', 'x'], {}, 'exclude takes one of'],
    [['remove'], {}, 'exclude takes one of'],
    [['list'], { path: '/a' }, 'exclude takes one of'],
    [['add'], { address: '10' }, '--address: "10" must be an address'],
    [['add'], { path: '/a', site: 'nowhere' }, '--site nowhere: there is no such site; there is default'],
  ])('%j %j: %s', async (args, values, message) => {
    await expect(call(exclude, args, values)).rejects.toThrow(message)
  })
})

test('drops says what the storage has, by day and reason, and what the reasons mean', async () => {
  expect(await call(drops, [])).toBe('Nothing of site default was dropped or refused in the last 30 days.')
  const today = siteDay('UTC', Date.now())
  await write(async (values) => {
    const counts = createDropCounts({ values })
    const of = { id: 'default', timezone: 'UTC', hosts: [] }
    for (const reason of ['bot', 'host', 'bot'] as const) counts.drop(of, reason, Date.now())
    counts.refuse(of, 'url', Date.now())
    await counts.flush()
  })
  const said = await call(drops, [], { days: '2' })
  expect(said).toContain(`${today}  2 bot, 1 host, 1 url (refused)\n`)
  expect(said).toContain('host: Its page is of a host that is not one of the site’s. Allow the host if it is yours.')
  expect(JSON.parse(await call(drops, [], { json: true }))).toEqual({ site_id: 'default', days: [{ day: today, reasons: { bot: 2, host: 1 }, refused: { url: 1 } }] })
  await expect(call(drops, [], { site: 'blgo' })).rejects.toThrow('--site blgo: there is no such site')
  await expect(call(drops, [], { days: '91' })).rejects.toThrow('--days 91: must be from 1 to 90')
})

test('destinations lists what waits, and sends dead letters again or removes them', async () => {
  const config = { destinations: [webhook({ url: 'https://crm.example/', secret: 'x'.repeat(32) })] }
  const run = (args: string[], values: Record<string, string | boolean> = {}): Promise<string> => call(destinations, args, values, config)
  const letter = (title: string) => ({ hit: makeForwarded({ title }), reason: 'HTTP 400', time: Date.now() })
  await write((values) => createValuesOutbox({ values, writer: 'a1' }).bury('webhook', [letter('one'), letter('two')]))
  expect(await run(['list'])).toMatch(/^webhook: 0 hits waiting, 2 dead letters\n.*HTTP 400/)
  expect(await run(['retry', 'webhook'], { 'dry-run': true })).toBe('2 dead letters of webhook would be sent again. What it refuses once more comes back here.')
  expect(JSON.parse(await run(['retry', 'webhook'], { json: true }))).toEqual({ name: 'webhook', dry_run: false, hits: 2 })
  expect(JSON.parse(await run(['list'], { json: true }))).toEqual({ destinations: [{ name: 'webhook', waiting: 2, dead_letters: { count: 0, newest: [] } }] })
  expect(await run(['discard', 'webhook'])).toBe('There are no dead letters of webhook.')
  await expect(run(['retry', 'crm'])).rejects.toThrow('there is no destination "crm"; there is webhook')
  await expect(run(['retry'])).rejects.toThrow('destinations takes one of')
})
