import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { StoredHit } from '@treadlight/store'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { Command } from '../../packages/collector/src/commands/command.ts'
import { funnel } from '../../packages/collector/src/commands/funnel.ts'
import { journeys } from '../../packages/collector/src/commands/journeys.ts'
import { resolveConfig } from '../../packages/collector/src/config.ts'
import { createTestCollector } from './collector.ts'
import { day, fillFolder, hitOf, runCli } from './runCli.ts'

const yesterday = new Date(Date.now() - day).toISOString().slice(0, 10)
const at = (minutes: number, visitor: string, path: string, fields: Partial<StoredHit> = {}): StoredHit =>
  hitOf(1, { time: Date.parse(`${yesterday}T12:00:00Z`) + minutes * 60_000, day: yesterday, visitor, path, ...fields })
const hits = [
  at(0, 'ann', '/', { source: 'Google' }),
  at(1, 'ann', '/pricing'),
  at(2, 'ann', '/pricing', { type: 'event', name: 'signup', view: '' }),
  at(0, 'bob', '/'),
  at(1, 'bob', '/pricing'),
  at(0, 'cat', '/blog'),
]

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'treadlight-funnels-'))
  await mkdir(join(folder, 'data'))
  await fillFolder(join(folder, 'data'), hits, 0)
})
afterAll(() => rm(folder, { recursive: true, force: true }))

async function call(command: Command, args: string[], values: Record<string, string | boolean> = {}): Promise<string> {
  const printed = vi.spyOn(console, 'log').mockImplementation(() => undefined)
  try {
    const resolved = await resolveConfig({ folder, env: { TREADLIGHT_TIMEZONE: 'UTC', TREADLIGHT_STORAGE_BASE: join(folder, 'data') } })
    await command.run({ ...resolved, values, positionals: args })
    return printed.mock.calls.join('\n')
  } finally {
    printed.mockRestore()
  }
}

describe('treadlight funnel', () => {
  test('adds, lists, shows and removes one', async () => {
    const made = JSON.parse(await call(funnel, ['add', '/', '/p*', 'event:signup'], { name: 'Sign-up', json: true })) as { id: string }
    expect(made).toMatchObject({ name: 'Sign-up', steps: [{ page: '/' }, { page: '/p*' }, { event: 'signup' }] })
    expect(await call(funnel, ['list'])).toBe(`${made.id}  Sign-up: / → /p* → event:signup`)
    const table = await call(funnel, ['show', 'Sign-up'], { range: '7d' })
    expect(table).toBe(
      [
        '3 visitors in 3 visits',
        '',
        'step             visitors  visits  dropped off  of step before  of first step',
        '1. /                    2       2            1          66.7 %        100.0 %',
        '2. /p*                  2       2            0         100.0 %        100.0 %',
        '3. event:signup         1       1            1          50.0 %         50.0 %',
      ].join('\n'),
    )
    expect(await call(funnel, ['remove', made.id])).toBe(`The funnel ${made.id} (Sign-up) is removed; the hits that it counted stay.`)
    expect(await call(funnel, ['list'])).toContain('There are no funnels')
    await expect(call(funnel, ['remove', made.id])).rejects.toThrow(/there is no funnel/)
  })

  test('says as JSON what the API answers', async () => {
    const { store, request, collector } = createTestCollector()
    await store.append(hits)
    const { token } = await collector.tokens.create('ci', ['stats'])
    const asked = { date_range: [yesterday, yesterday], filters: [['is', 'visit:source', ['Google']]] }
    const options = { from: yesterday, to: yesterday, filters: JSON.stringify(asked.filters), json: true }
    const ask = async (path: string, body: object): Promise<unknown> =>
      (await request(path, { method: 'POST', headers: { authorization: `Bearer ${token}` }, body: JSON.stringify({ site_id: 'default', ...asked, ...body }) })).json()
    expect(JSON.parse(await call(funnel, ['show', '/', 'event:signup'], options))).toEqual(await ask('/api/funnel', { steps: [{ page: '/' }, { event: 'signup' }] }))
    expect(JSON.parse(await call(journeys, ['/pricing'], { ...options, start: '/', depth: '4', branches: '2', pages: true }))).toEqual(
      await ask('/api/journeys', { from: { page: '/' }, along: [{ page: '/pricing' }], depth: 4, branches: 2, events: false }),
    )
  })

  const refused: [args: string[], values: Record<string, string>, message: RegExp][] = [
    [[], {}, /^funnel takes one of/],
    [['list', 'x'], {}, /^funnel takes one of/],
    [['show'], {}, /^funnel takes one of/],
    [['add', '/', '/a'], {}, /^--name: must be a text/],
    [['add', '/'], { name: 'x' }, /^steps: must be an array of 2 to 8 steps/],
    [['add', '/', 'cart'], { name: 'x' }, /^steps\[1\]\.page: must be a path/],
    [['show', 'nothing'], {}, /there is no funnel nothing/],
    [['show', '/', '/a'], { range: 'yesteryear' }, /^--range: /],
    [['show', '/', '/a'], { from: yesterday }, /--from and --to go together/],
    [['show', '/', '/a'], { filters: '{' }, /^--filters: must be JSON/],
    [['show', '/', '/a'], { filters: '[["is","visit:sauce",["x"]]]' }, /^--filters: "visit:sauce" is unknown/],
  ]
  test.each(refused)('refuses %j %j', async (args, values, message) => {
    await expect(call(funnel, args, values)).rejects.toThrow(message)
  })
})

describe('treadlight journeys', () => {
  test('tells what visits did next, along a step', async () => {
    expect(await call(journeys, ['/pricing'], { start: '/', depth: '2', range: '7d' })).toBe(
      ['2 of 3 visits, after /', '', 'step 1', '  2  /pricing', '', 'step 2, along /pricing', '  1  event:signup', '  1  (left)'].join('\n'),
    )
  })

  test('and before, with what is not named as one', async () => {
    expect(await call(journeys, [], { before: true, depth: '1', branches: '1', range: '7d' })).toBe(
      ['3 of 3 visits, before the end', '', 'step 1', '  1  /blog', '  2  (2 others)'].join('\n'),
    )
  })

  test('refuses what it cannot count', async () => {
    await expect(call(journeys, [], { depth: 'deep' })).rejects.toThrow(/^--depth: must be a whole number/)
    await expect(call(journeys, [], { depth: '9' })).rejects.toThrow(/^--depth: 9 must be a whole number from 1 to 5/)
  })
})

test('the built command line knows both', async () => {
  const { code, out } = await runCli(folder, ['funnel', 'show', '/', 'event:signup', '--range', '7d', '--json'], { TREADLIGHT_TIMEZONE: 'UTC' })
  expect(code).toBe(0)
  expect(JSON.parse(out)).toMatchObject({ visitors: 3, steps: [{ visitors: 2 }, { visitors: 1 }] })
  expect((await runCli(folder, ['journeys', '--help'])).out).toContain('Counts what visits did next, or before')
})
