import type { ImportedSums } from '@treadlight/store'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { imports } from '../../../packages/collector/src/commands/imports.ts'
import { resolveConfig } from '../../../packages/collector/src/config.ts'
import { collectSums } from '../../../packages/collector/src/import/collectSums.ts'
import { openStore } from '../../../packages/collector/src/openStore.ts'
import { plausible } from '../../../packages/collector/src/import/formats/plausible.ts'
import { readImport } from './importText.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'treadlight-imports-'))
  await mkdir(join(folder, 'data'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const configOf = (env: Record<string, string> = {}) => resolveConfig({ env: { TREADLIGHT_TIMEZONE: 'Europe/Berlin', TREADLIGHT_STORAGE_BASE: join(folder, 'data'), ...env }, folder })

async function call(positionals: string[], values: Record<string, string | boolean> = {}): Promise<string> {
  const log = vi.spyOn(console, 'log').mockReturnValue()
  try {
    const { config, settings } = await configOf()
    expect(await imports.run({ config, settings, positionals, values })).toBe(0)
    return log.mock.calls.map(([line]) => String(line)).join('\n')
  } finally {
    log.mockRestore()
  }
}

/** An export of two days, one of them that on which clocks go forward in Berlin. */
async function readSums(): Promise<ImportedSums> {
  const { rows } = await readImport(plausible, {
    'imported_visitors_20260328_20260329.csv': '"date","visitors","pageviews","bounces","visits","visit_duration"\n"2026-03-29",10,20,5,10,100\n"2026-03-28",40,100,25,50,500\n',
    'imported_sources_20260328_20260329.csv': '"date","source","referrer","utm_source","utm_medium","utm_campaign","utm_content","utm_term","pageviews","visitors","visits","visit_duration","bounces"\n"2026-03-28","Google","google.com","","","","","",60,30,35,300,5\n"2026-03-28","Google","google.de","","","","","",6,3,3,30,0\n',
    'imported_custom_events_20260328_20260329.csv': '"date","name","link_url","path","visitors","events"\n"2026-03-28","Signup","","",3,4\n',
  })
  const sums = collectSums('Europe/Berlin')
  for (const row of rows) if ('sums' in row) sums.add(row.sums)
  expect(sums.size).toBe(2)
  return sums.finish('shop_example_20260330.zip')!
}

test('what an export says of a day and a value is added up, and days are those of the site', async () => {
  const { days, sums } = await readSums()
  expect(days.map(({ day, from, to }) => [day, new Date(from).toISOString(), (to - from) / 3_600_000])).toEqual([['2026-03-28', '2026-03-27T23:00:00.000Z', 24], ['2026-03-29', '2026-03-28T23:00:00.000Z', 23]])
  expect(sums['visit:source']).toEqual(['visitors', 'visits', 'entered', 'bounced', 'enteredTime', 'pageviews', 'enteredViews'])
  expect(days[0]!.rows['visit:source']).toEqual([['Google', 33, 38, 38, 5, 330_000, 66, 66]])
  expect(days[0]!.rows.all).toEqual([['', 40, 50, 50, 25, 500_000, 100, 100, 104]])
  expect(collectSums('UTC').finish('nothing')).toBeUndefined()
})

test('imported sums answer as Plausible does, are listed and removed', async () => {
  const { store, close } = await openStore((await configOf()).config)
  const range = { from: Date.parse('2026-03-01'), to: Date.parse('2026-04-01') }
  try {
    expect(await store.importSums!('default', await readSums())).toBe('stored')
    const answer = await store.query({ site: 'default', range, timezone: 'Europe/Berlin', metrics: ['visitors', 'visits', 'pageviews', 'events', 'bounce_rate', 'visit_duration', 'views_per_visit'], imports: true })
    expect(answer.rows[0]!.metrics).toEqual([50, 60, 120, 124, 50, 10, 2])
    const goals = await store.query({ site: 'default', range, timezone: 'Europe/Berlin', metrics: ['visitors', 'events', 'conversion_rate'], dimensions: ['event:goal'], goals: [{ name: 'Sign-up', event: 'Signup' }], imports: true })
    expect(goals.rows).toEqual([{ dimensions: ['Sign-up'], metrics: [3, 4, 6] }])
  } finally {
    await close()
  }
  const [found] = (JSON.parse(await call(['list'], { json: true })) as { imports: { id: string }[] }).imports
  expect(found).toMatchObject({ title: 'shop_example_20260330.zip', days: 2, first: '2026-03-28', last: '2026-03-29' })
  expect(await call(['list'])).toMatch(`${found!.id}  2 days, 2026-03-28 to 2026-03-29  shop_example_20260330.zip, imported `)
  expect(await call(['remove', found!.id])).toMatch('is removed')
  expect(await call(['list'])).toMatch('There are no imported sums')
})

test.each<[string[], string]>([
  [[], 'imports takes one of'],
  [['remove'], 'imports takes one of'],
  [['list', 'x'], 'imports takes one of'],
  [['remove', 'x'], 'there is no import "x": treadlight imports list says which there are'],
])('imports %j is refused', async (positionals, message) => {
  const { config, settings } = await configOf()
  await expect(imports.run({ config, settings, positionals, values: {} })).rejects.toThrow(message)
})
