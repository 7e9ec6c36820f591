import { maxBatchHits, maxBodyBytes } from '@treadlight/protocol'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { listSettings } from '../../packages/collector/src/config.ts'

const root = new URL('../../', import.meta.url).pathname
const page = readFileSync(join(root, 'SECURITY.md'), 'utf8')
const model = page.slice(page.indexOf('## Threat model'), page.indexOf('## What bounds a stranger'))
const rows = [...model.matchAll(/^\| (?!who|---)(.*?) \| (.*?) \| (.*?) \| ?(.*?) ?\|$/gm)].map(([, who, , against]) => [who!, against!] as const)

describe('SECURITY.md', () => {
  test('has everybody that the threat model is about', () => {
    expect(rows.length).toBeGreaterThan(10)
  })

  test.each(rows)('%s: what stands against it are tests that there are', (who, against) => {
    const links = [...against.matchAll(/\]\(([^)]+)\)/g)].map(([, file]) => file!)
    // Nothing stands against whoever has the machine.
    expect(links.length > 0).toBe(who !== 'Who runs the machine')
    expect(links.filter((file) => !existsSync(join(root, file)))).toEqual([])
    expect(links.filter((file) => !/^(test\/.*\.test\.ts|docs\/.*\.md)$/.test(file))).toEqual([])
  })

  test.each([
    ['limits.perAddress', '| {} a second,'],
    ['limits.burst', ', {} at once; then 429'],
    ['limits.connections', '| connections | {} |'],
  ])('%s is as it says', (path, text) => {
    const { fallback } = listSettings().find((setting) => setting.path === path)!
    expect(page).toContain(text.replace('{}', (fallback as number).toLocaleString('en')))
  })

  test('bodies and batches are as large as it says', () => {
    expect(page).toContain(`${maxBodyBytes.toLocaleString('en')} bytes, ${maxBatchHits.toLocaleString('en')}, 5;`)
  })
})
