import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { readPlace } from '../../packages/collector/src/migrate/readPlace.ts'

const page = readFileSync(new URL('../../docs/migrate.md', import.meta.url), 'utf8')
const [, forms = ''] = /\n\| form \| \|\n\|---\|---\|\n(.*?)\n\n/s.exec(page)!
const written = [...forms.matchAll(/`([^`]+:[^`]*)`/g)].map(([, form]) => form!.replace('…', 'user@db.example:1/x')).filter((form) => !form.startsWith('+'))

describe('docs/migrate.md', () => {
  test.each(written)('the form %s names a place', async (form) => {
    const env = { TREADLIGHT_TO_STORAGE_ACCESS_KEY_ID: 'id', TREADLIGHT_TO_STORAGE_SECRET_ACCESS_KEY: 'geheim' }
    const { config, name } = await readPlace('to', form, env)
    const scheme = form.split(':')[0]!.replace(/(redis|clickhouse)s/, '$1')
    const isStore = scheme === 'ndjson' || scheme === 'clickhouse'
    expect([config.store.type, config.storage.driver, name]).toEqual([isStore ? scheme : 'storage', isStore ? 'fs' : scheme, expect.not.stringContaining('geheim')])
  })

  test('all forms that there are', () => {
    expect(written.map((form) => form.split(':')[0]).toSorted()).toEqual(['clickhouse', 'clickhouses', 'fs', 'ndjson', 'postgres', 'redis', 'rediss', 's3', 'sqlite'])
  })
})
