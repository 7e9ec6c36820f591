import { createValues } from '@treadlight/store'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { annotation } from '../../packages/collector/src/commands/annotation.ts'
import type { Command } from '../../packages/collector/src/commands/command.ts'
import { goal } from '../../packages/collector/src/commands/goal.ts'
import { segment } from '../../packages/collector/src/commands/segment.ts'
import { resolveConfig } from '../../packages/collector/src/config.ts'
import { openExistingStorage } from '../../packages/collector/src/openStore.ts'
import { writeSiteRecord } from '../../packages/collector/src/sites/siteRecords.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'treadlight-records-'))
  await mkdir(join(folder, 'data'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const configOf = () => resolveConfig({ env: { TREADLIGHT_TIMEZONE: 'Europe/Berlin', TREADLIGHT_STORAGE_BASE: join(folder, 'data') }, folder })

/** What a command prints; its errors are thrown. */
async function call(command: Command, positionals: string[], values: Record<string, string | boolean> = {}): Promise<string> {
  const log = vi.spyOn(console, 'log').mockReturnValue()
  try {
    const { config, settings } = await configOf()
    expect(await command.run({ config, settings, positionals, values })).toBe(0)
    return log.mock.calls.map(([line]) => String(line)).join('\n')
  } finally {
    log.mockRestore()
  }
}
const parse = async (...of: Parameters<typeof call>): Promise<Record<string, unknown>> => JSON.parse(await call(of[0], of[1], { ...of[2], json: true })) as Record<string, unknown>

async function addSite(id: string): Promise<void> {
  const { storage, close } = await openExistingStorage((await configOf()).config)
  await writeSiteRecord(createValues(storage), { id, hosts: [`${id}.example`], timezone: 'Asia/Tokyo', removed: false }, Date.now())
  await close()
}

const mobile = '[["is","visit:device",["Mobile"]]]'

describe('treadlight segment', () => {
  test('adds, changes, lists and removes', async () => {
    expect(await call(segment, ['list'])).toBe('There are no segments: treadlight segment add makes one.')
    const { id } = await parse(segment, ['add'], { name: 'Phones', filters: mobile })
    expect(await call(segment, ['list'])).toBe(`${String(id)}  Phones  ${mobile}`)
    expect(await call(segment, ['change', String(id)], { name: 'Mobiles' })).toBe(`The segment ${String(id)} (Mobiles) is changed. Running collectors know of it within 10 s.`)
    expect(await parse(segment, ['list'])).toMatchObject({ segments: [{ id, name: 'Mobiles', filters: JSON.parse(mobile) as unknown }] })
    expect(await call(segment, ['remove', String(id)], { 'dry-run': true })).toMatch(/^Nothing is removed yet\. The segment “Mobiles” with 1 filter goes\./)
    expect(await parse(segment, ['remove', String(id)])).toMatchObject({ id, removed: 1, dry_run: false })
    expect(await parse(segment, ['list'])).toEqual({ segments: [] })
  })

  test.each<[string, string[], Record<string, string>, RegExp]>([
    ['no action', [], {}, /^segment takes one of/],
    ['no id', ['remove'], {}, /^segment takes one of/],
    ['no JSON', ['add'], { name: 'a', filters: '[' }, /^--filters: is no JSON/],
    ['no name', ['add'], { filters: mobile }, /^--name: must be a text/],
    ['filters that are none', ['add'], { name: 'a', filters: '[["is"]]' }, /^--filters: /],
    ['one that there is not', ['remove', '000000000000'], {}, /^there is no segment 000000000000/],
    ['a site that there is not', ['list'], { site: 'x' }, /^--site x: there is no such site; there is default/],
  ])('refuses %s', async (_, positionals, values, message) => {
    await expect(call(segment, positionals, values)).rejects.toThrow(message)
  })
})

describe('treadlight annotation', () => {
  test('adds by the clock of its site, changes, lists and removes', async () => {
    await addSite('shop')
    expect(await call(annotation, ['list'])).toBe('There are no annotations: treadlight annotation add makes one.')
    const made = await parse(annotation, ['add', 'v1 deployed'], { time: '2026-11-21 14:30:00', site: 'shop.example' })
    expect(made).toMatchObject({ time: '2026-11-21T05:30:00.000Z', text: 'v1 deployed' })
    const id = String(made['id'])
    expect(await call(annotation, ['list'], { site: 'shop' })).toBe(`${id}  2026-11-21T05:30:00.000Z  v1 deployed`)
    expect(await parse(annotation, ['list'])).toEqual({ annotations: [] })
    expect(await parse(annotation, ['change', id], { link: 'https://ci.example/1', site: 'shop' })).toMatchObject({ id, time: made['time'], text: 'v1 deployed', link: 'https://ci.example/1' })
    expect(await call(annotation, ['remove', id], { 'dry-run': true, site: 'shop' })).toMatch(/^Nothing is removed yet\. The annotation “v1 deployed”/)
    expect(await call(annotation, ['remove', id], { site: 'shop' })).toMatch(/^The annotation “v1 deployed” of 2026-11-21T05:30:00.000Z goes/)
    expect(await parse(annotation, ['list'], { site: 'shop' })).toEqual({ annotations: [] })
  })

  test('is of now unless it says when', async () => {
    const before = Date.now()
    const { time } = await parse(annotation, ['add', 'now'])
    expect(Date.parse(String(time)) - before).toBeGreaterThanOrEqual(0)
    expect(Date.parse(String(time))).toBeLessThanOrEqual(Date.now())
  })

  test('refuses a time that is none', async () => {
    await expect(call(annotation, ['add', 'a'], { time: 'soon' })).rejects.toThrow(/^time: must be a day/)
    await expect(call(annotation, ['remove', 'x'])).rejects.toThrow(/^there is no annotation x/)
  })
})

describe('treadlight goal', () => {
  test('adds, lists and removes', async () => {
    expect(await call(goal, ['list'])).toMatch(/^There are no goals, so every event is one/)
    expect(await call(goal, ['add'], { page: '/thanks*' })).toBe('The goal “Visit /thanks*” is added. Running collectors know of it within 10 s.')
    expect(await parse(goal, ['add'], { event: 'Signup', name: 'Joined' })).toEqual({ site_id: 'default', name: 'Joined', event: 'Signup' })
    expect(await call(goal, ['list'])).toBe('Joined  event Signup\nVisit /thanks*  page /thanks*')
    await expect(call(goal, ['add'], { event: 'x', name: 'Joined' })).rejects.toThrow(/^there is a goal "Joined" already/)
    expect(await parse(goal, ['remove', 'Joined'])).toEqual({ removed: 'Joined' })
    await expect(call(goal, ['remove', 'Joined'])).rejects.toThrow(/^there is no goal "Joined"/)
    expect(await parse(goal, ['list'])).toEqual({ goals: [{ name: 'Visit /thanks*', page: '/thanks*' }], every_event: false })
  })

  test.each<[string, string[], Record<string, string>, RegExp]>([
    ['neither event nor page', ['add'], {}, /^--event: give either event/],
    ['no name to remove', ['remove'], {}, /^goal takes one of/],
    ['another action', ['change'], {}, /^goal takes one of/],
  ])('refuses %s', async (_, positionals, values, message) => {
    await expect(call(goal, positionals, values)).rejects.toThrow(message)
  })
})
