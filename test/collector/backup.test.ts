import { createNdjsonStore, createStore, openStorage } from '@treadlight/store'
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { backup } from '../../packages/collector/src/commands/backup.ts'
import { restore } from '../../packages/collector/src/commands/restore.ts'
import { loadConfig } from '../../packages/collector/src/config.ts'
import { freePort, startCollector } from '../process/collectorProcess.ts'
import { cli, fillFolder, hitOf, runCli, type CliResult } from './runCli.ts'

let folder: string
let data: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'treadlight-backup-'))
  data = join(folder, 'data')
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const run = (args: string[], env: Record<string, string> = {}): Promise<CliResult> => runCli(folder, args, { TREADLIGHT_TIMEZONE: 'UTC', ...env })
const note = async (): Promise<Record<string, unknown>> => JSON.parse(await readFile(join(folder, 'backup/backup.json'), 'utf8')) as Record<string, unknown>
const exported = async (env: Record<string, string> = {}): Promise<string[]> =>
  (await run(['export'], env)).out.split('\n').filter(Boolean).map((line) => (JSON.parse(line) as { id: string }).id).toSorted()

test('beside a collector under load that compacts, killed and made again: every hit answered 201 before it began is there once', async () => {
  await fillFolder(data, [3, 4, 5, 6].flatMap((age) => Array.from({ length: 50 }, () => hitOf(age))))
  const old = await exported()
  const collector = await startCollector({ data, env: { TREADLIGHT_LIMITS_PER_ADDRESS: '0' } })
  const answered: string[] = []
  let last = 0
  let isDone = false
  const send = async (): Promise<void> => {
    while (!isDone) {
      const url = `https://a.example/${++last}`
      const { status } = await fetch(`${collector.url}/hit`, { method: 'POST', body: JSON.stringify({ url }) })
      if (status === 201) answered.push(url)
    }
  }
  const load = Promise.all([send(), send(), send()])
  const upkeep = (async () => {
    while (!isDone) await run(['compact', '--force'])
  })()
  await wait(200)
  // Killed at moments that nobody has chosen.
  for (const after of [180, 320, 450]) {
    const child = spawn(process.execPath, [cli, 'backup', '--to', 'backup'], { cwd: folder, stdio: 'ignore' })
    await wait(after)
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
  const before = [...answered]
  const { code, err } = await run(['backup', '--to', 'backup'])
  expect({ code, err }).toEqual({ code: 0, err: '' })
  isDone = true
  await Promise.all([load, upkeep])
  await collector.stop()

  // The disk is lost.
  await rm(data, { recursive: true })
  const restored = await run(['restore', '--from', 'backup'])
  expect(restored.out).toMatch(/^Restored the backup of folder .*data, of 20.*, and read all of it again\.\n$/)
  const doctor = JSON.parse((await run(['doctor', '--deep', '--json'])).out) as { ok: boolean; problems: unknown[] }
  expect(doctor).toMatchObject({ ok: true, problems: [] })
  const lines = (await run(['export'])).out.split('\n').filter(Boolean).map((line) => JSON.parse(line) as { id: string; url: string })
  const urls = lines.map(({ url }) => url).filter((url) => url !== 'https://a.example/')
  expect(before.length).toBeGreaterThan(20)
  expect(before.filter((url) => !urls.includes(url))).toEqual([])
  expect(new Set(urls).size).toBe(urls.length)
  expect(lines.filter(({ url }) => url === 'https://a.example/').map(({ id }) => id).toSorted()).toEqual(old)
  // With whoever may log in.
  const again = await startCollector({ data, port: await freePort() })
  expect(again.password).toBeUndefined()
  expect((await fetch(`${again.url}/api/login`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ password: collector.password }) })).status).toBe(204)
  expect(await again.stop()).toBe(0)
}, 60_000)

describe('backup', () => {
  test('a second one costs what is new; --json says what was done', async () => {
    await fillFolder(data, [hitOf(3), hitOf(4)])
    expect(JSON.parse((await run(['backup', '--to', 'backup', '--json'])).out)).toMatchObject({ folder: 'backup', values: 1, copied: 1, removed: 0, verified: true, problems: [] })
    expect((await run(['backup', '--to', 'backup', '--no-verify'])).out).toBe('Backed up 1 value of folder ./data to backup: wrote 0 values (0 B).\n')
    expect(await note()).toMatchObject({ format: 1, of: 'folder ./data', values: 1, textFile: false, finished: expect.any(String) as string })
  })

  test('into another folder: a storage takes what another had', async () => {
    await fillFolder(data, [hitOf(3), hitOf(4)])
    await run(['compact'])
    await run(['backup', '--to', 'backup'])
    const ids = await exported()
    expect((await run(['restore', '--from', 'backup', '--data', 'other'])).code).toBe(0)
    expect(await exported({ TREADLIGHT_STORAGE_BASE: 'other' })).toEqual(ids)
  })

  test('what was erased since goes from the copy too; restored with --merge, it stays out', async () => {
    const ada = hitOf(3, { user: 'ada' })
    await fillFolder(data, [ada, hitOf(4)])
    await run(['backup', '--to', 'old'])
    await run(['erase', '--user', 'ada'])
    await run(['restore', '--from', 'old', '--merge'])
    expect(await exported()).toHaveLength(1)
  })

  test('of a text file too', async () => {
    const path = join(folder, 'hits.ndjson')
    const store = await createNdjsonStore({ path })
    await store.append([hitOf(3), hitOf(4)])
    const env = { TREADLIGHT_STORE_TYPE: 'ndjson', TREADLIGHT_STORE_PATH: path }
    await (await openStorage({ driver: 'fs', base: data })).storage.setItemRaw('account:admin:1', Buffer.from('x'))
    // While the collector has it open, and is writing a line.
    await writeFile(path, '{"half', { flag: 'a' })
    const { code, err } = await run(['backup', '--to', 'backup', '--no-verify'], env)
    expect({ code, err }).toEqual({ code: 0, err: '' })
    await store.close()
    expect((await run(['restore', '--from', 'backup'], env)).err).toContain('hits.ndjson is there already; move it away')
    const elsewhere = { ...env, TREADLIGHT_STORE_PATH: join(folder, 'new.ndjson'), TREADLIGHT_STORAGE_BASE: join(folder, 'new') }
    expect((await run(['restore', '--from', 'backup', '--no-verify'], elsewhere)).code).toBe(0)
    expect(await exported(elsewhere)).toHaveLength(2)
  })

  test('damage in the copy is told, and mends itself once the damaged value is deleted', async () => {
    await fillFolder(data, [hitOf(3)])
    await run(['compact'])
    await run(['backup', '--to', 'backup'])
    const { storage } = await openStorage({ driver: 'fs', base: join(folder, 'backup/data') })
    const key = (await storage.getKeys()).find((name) => name.includes(':segment:'))!
    const path = join(folder, 'backup/data', ...key.split(':'))
    const bytes = await readFile(path)
    bytes[100]! ^= 1
    await writeFile(path, bytes)
    const { code, err } = await run(['backup', '--to', 'backup'])
    expect(code).toBe(1)
    expect(err).toContain(`delete them from backup/data and run this again: ${key}`)
    await rm(path)
    expect((await run(['backup', '--to', 'backup'])).code).toBe(0)
  })
})

test('docs/backup.md: what its first lines say works, and so does a copy by tar', async () => {
  await fillFolder(data, [hitOf(3), hitOf(4)])
  const ids = await exported()
  const page = await readFile(new URL('../../docs/backup.md', import.meta.url), 'utf8')
  const lines = /```sh\n([^`]*)```/.exec(page)![1]!.trim().split('\n')
  for (const line of lines) expect(await run(line.replace('npx treadlight ', '').split(' '))).toMatchObject({ code: 0 })
  expect(await exported({ TREADLIGHT_STORAGE_BASE: 'restored' })).toEqual(ids)
  const tar = /^tar .*$/m.exec(page)![0]
  await promisify(execFile)('sh', ['-c', `${tar} && mkdir copy && tar -xzf copy-*.tar.gz -C copy`], { cwd: folder })
  expect(await exported({ TREADLIGHT_STORAGE_BASE: 'copy/data' })).toEqual(ids)
})

describe('refused, with the remedy', () => {
  test.each<['backup' | 'restore', Record<string, string | boolean>, Record<string, string>, string]>([
    ['backup', {}, {}, '--to: name the folder of the backup'],
    ['backup', { to: 'backup' }, { 'storage.base': '/nowhere' }, 'there is no folder /nowhere'],
    ['backup', { to: '/dev/null/backup' }, {}, '--to /dev/null/backup: it cannot be made'],
    ['backup', { to: 'data' }, {}, 'it is one place with the storage, folder '],
    ['backup', { to: 'data/backup' }, {}, 'it is one place with the storage, folder '],
    // Its copy would be the folder `data` in it.
    ['backup', { to: '.' }, {}, 'name a folder apart from it'],
    ['backup', { to: '.' }, { 'storage.base': 'whole', 'store.type': 'ndjson', 'store.path': 'hits.ndjson' }, 'it is one place with the storage, file '],
    ['backup', { to: '.' }, { 'storage.driver': 'sqlite', 'storage.path': 'data/treadlight.sqlite' }, 'it is one place with the storage, sqlite file '],
    ['restore', { from: 'whole', merge: true }, { 'storage.base': 'whole/data/inner' }, 'it is one place with the storage, folder '],
    ['restore', {}, {}, '--from: name the folder of the backup'],
    ['restore', { from: '/nowhere' }, {}, '--from /nowhere: there is no backup.json in it'],
    ['restore', { from: 'unfinished' }, {}, 'its backup, begun at then, never came to its end'],
    ['restore', { from: 'later' }, {}, 'is of a later version of treadlight (9.9.9)'],
    ['restore', { from: 'garbled' }, {}, 'garbled/backup.json is not what treadlight backup writes'],
    ['restore', { from: 'text' }, {}, 'the backup is of a text file: set store.type ndjson'],
    ['restore', { from: 'whole' }, { 'store.type': 'ndjson' }, 'the backup is of a storage: leave store.type ndjson out'],
    ['restore', { from: 'whole' }, {}, 'is not empty: name another, or add --merge'],
    ['restore', { from: 'whole' }, { 'storage.driver': 'memory' }, 'storage.driver memory'],
  ])('%s %j %j', async (name, values, flags, message) => {
    await fillFolder(data, [hitOf(3)])
    const notes = { unfinished: { format: 1, begun: 'then' }, later: { format: 2, version: '9.9.9' }, text: { format: 1, finished: 'now', textFile: true }, whole: { format: 1, finished: 'now', textFile: false } }
    for (const [kind, content] of Object.entries({ ...notes, garbled: undefined })) {
      await mkdir(join(folder, kind))
      await writeFile(join(folder, kind, 'backup.json'), content === undefined ? '{' : JSON.stringify(content))
    }
    const base = flags['storage.driver'] === undefined ? { 'storage.base': data } : {}
    const places = Object.fromEntries(Object.entries(flags).map(([flag, value]) => [flag, /\.(?:base|path)$/.test(flag) ? resolve(folder, value) : value]))
    const config = await loadConfig({ env: {}, folder, flags: { ...base, ...places } })
    const there = await readdir(folder, { recursive: true })
    const absolute = Object.fromEntries(Object.entries(values).map(([option, value]) => [option, typeof value === 'string' ? resolve(folder, value) : value]))
    await expect({ backup, restore }[name].run({ config, values: absolute, positionals: [], settings: new Map() })).rejects.toThrow(message)
    expect(await readdir(folder, { recursive: true })).toEqual(there)
  })

  test('a storage that was emptied does not empty its backup', async () => {
    await fillFolder(data, [hitOf(3)])
    await run(['backup', '--to', 'backup'])
    await rm(data, { recursive: true })
    const opened = await openStorage({ driver: 'fs', base: data })
    const store = await createStore(opened)
    await store.append([hitOf(1)])
    await store.close()
    await opened.storage.dispose()
    expect((await run(['backup', '--to', 'backup'])).err).toContain('no value in common')
    expect((await run(['restore', '--from', 'backup', '--data', 'new'])).code).toBe(0)
  })
})
