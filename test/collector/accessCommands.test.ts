import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startCollector, type CollectorProcess } from '../process/collectorProcess.ts'
import { runCli, type CliResult } from './runCli.ts'

let folder: string
let collector: CollectorProcess
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'treadlight-'))
  collector = await startCollector({ data: join(folder, 'data') })
})
afterEach(async () => {
  await collector.stop()
  await rm(folder, { recursive: true, force: true })
})

const run = (...args: string[]): Promise<CliResult> => runCli(folder, [...args, '--data', join(folder, 'data')])
const logIn = async (name: string, password: string): Promise<number> =>
  (await fetch(`${collector.url}/api/login`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ name, password }) })).status

test('treadlight user: a viewer is added, listed, made owner, reset and removed beside a running collector', async () => {
  const added = JSON.parse((await run('user', 'add', 'Ada', '--only', 'default', '--json')).out) as { password: string }
  expect(added).toEqual({ name: 'ada', role: 'viewer', sites: ['default'], password: expect.stringMatching(/^[\w-]{20}$/) })
  expect(await logIn('ada', added.password)).toBe(204)
  expect((await run('user', 'list')).out).toMatch(/^admin {2}owner {3}all sites\nada {4}viewer {2}default\n$/)
  expect((await run('user', 'role', 'ada', '--role', 'owner')).out).toContain('ada is an owner now')
  expect(JSON.parse((await run('user', 'list', '--json')).out)).toEqual({ users: [expect.objectContaining({ name: 'admin' }), { name: 'ada', role: 'owner', created: expect.any(String) }] })
  const { password } = JSON.parse((await run('user', 'reset', 'ada', '--json')).out) as { password: string }
  expect([await logIn('ada', added.password), await logIn('ada', password)]).toEqual([401, 204])
  expect((await run('user', 'remove', 'admin')).out).toContain('admin is removed')
  expect(await run('user', 'remove', 'ada')).toMatchObject({ code: 1, err: expect.stringContaining('ada is the only owner') })
  expect(await run('user', 'reset')).toMatchObject({ code: 1, err: expect.stringContaining('there is no user "admin"; there is ada') })
}, 60_000)

test.each([
  [['user', 'add'], /user takes one of/],
  [['user', 'add', '../x'], /name: must be 1 to 64/],
  [['user', 'add', 'a', '--role', 'boss'], /--role: must be one of owner, viewer/],
  [['user', 'add', 'a', '--only', 'shop'], /--only: "shop" must be one of default/],
  [['user', 'role', 'admin'], /--role: must be one of/],
  [['user', 'role', 'admin', '--role', 'viewer'], /admin is the only owner/],
  [['user', 'reset', 'nobody'], /there is no user "nobody"; there is admin/],
  [['share'], /share takes one of/],
  [['share', 'add'], /--name: a link needs one/],
  [['share', 'add', '--name', 'a', '--expires', 'soon'], /--expires: must be the last day/],
  [['share', 'add', '--name', 'a', '--site', 'shop'], /--site shop: there is no such site; there is default/],
  [['share', 'remove', 'x'], /there is no share link x of site default/],
])('treadlight %j is refused in one line, with exit code 1', async (args, message) => {
  const { code, err } = await run(...args)
  expect([code, err.trim().split('\n').length, err]).toEqual([1, 1, expect.stringMatching(message)])
})

test('treadlight share: a link is made, opens with its password, is listed and removed', async () => {
  const made = JSON.parse((await run('share', 'add', '--name', 'board', '--password', '--expires', '2999-12-31', '--json')).out) as { id: string; path: string; password: string }
  expect(made).toMatchObject({ site: 'default', name: 'board', has_password: true, expires: '2999-12-31' })
  expect((await fetch(`${collector.url}/${made.path}`)).status).toBe(200)
  const address = `${collector.url}/${made.path.replace('dashboard/', 'api/')}`
  const login = await fetch(`${address}login`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ password: made.password }) })
  expect(login.status).toBe(204)
  const cookie = login.headers.getSetCookie()[0]!.split(';')[0]!
  expect((await fetch(`${address}sites`, { headers: { cookie } })).status).toBe(200)
  const listed = (await run('share', 'list')).out
  expect(listed).toContain(`/${made.path}  board`)
  expect(listed).not.toContain(made.password)
  expect((await run('share', 'remove', made.id)).out).toContain('opens nothing any more')
  await expect.poll(async () => (await fetch(`${address}sites`, { headers: { cookie } })).status, { timeout: 10_000, interval: 500 }).toBe(404)
  expect((await run('share', 'list')).out).toContain('There are no share links of site default')
}, 60_000)
