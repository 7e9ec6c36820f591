import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { fillFolder, hitOf, runCli, type CliResult } from '../runCli.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'treadlight-visits-'))
  await fillFolder(join(folder, 'data'), [
    hitOf(4, { path: '/a' }),
    hitOf(3, { path: '/b', user: 'ann', session: 's1' }),
    hitOf(2, { path: '/c\u001b[2J', user: 'ann', session: 's1' }),
  ])
})
afterEach(() => rm(folder, { recursive: true, force: true }))
const run = (...args: string[]): Promise<CliResult> => runCli(folder, ['visits', ...args], { TREADLIGHT_TIMEZONE: 'UTC' })

test('PT09 treadlight visits: the figures and the newest visits; nothing of them moves the cursor', async () => {
  const { code, out } = await run()
  expect(code).toBe(0)
  expect(out).toMatch(/^3 visits from [\d-]{10} [\d:]{8} to .*, one for each 60 s\nusers: 2, sessions: 2, addresses: 1, paths: 3\n\n/)
  expect(out.split('\n').filter((line) => line.includes('  /')).map((line) => line.split('  ').at(-1))).toEqual(['/c�[2J', '/b', '/a'])
  expect(out).toContain('page 1 of 1')
})

test('PT11, PT12 with filters, a page past the end, and as JSON', async () => {
  const { out } = await run('--username', 'ann', '--path', '/b', '--page', '9', '--json')
  expect(JSON.parse(out)).toMatchObject({ summary: { count: 1, users: 1 }, results: [{ username: 'ann', path: '/b', ipaddress: '' }], page: 1, pages: 1, total: 1 })
  expect((await run('--username', 'nobody')).out).toBe('There are no visits of that kind.\n')
})

test('what is wrong is named', async () => {
  expect(await run('--interval', '0')).toMatchObject({ code: 1, err: expect.stringContaining('--interval: must be a whole number of seconds') })
  expect(await run('--from', 'soon')).toMatchObject({ code: 1, err: expect.stringContaining('--from soon: must be a day') })
})
