import { createNdjsonStore, createStore, createValues, openStorage, type StoredHit } from '@treadlight/store'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFile, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { migrate as move, type MigrateReport } from '../../packages/collector/src/migrate/migrate.ts'
import { readPlace } from '../../packages/collector/src/migrate/readPlace.ts'
import { startCollector } from '../process/collectorProcess.ts'
import { cli, day, fillFolder, hitOf, runCli, type CliResult } from './runCli.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'treadlight-migrate-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const run = (args: string[], env: Record<string, string> = {}): Promise<CliResult> => runCli(folder, args, { TREADLIGHT_TIMEZONE: 'UTC', ...env })
const migrate = (from: string, to: string, ...more: string[]): Promise<CliResult> => run(['migrate', '--from', from, '--to', to, ...more])

/** The same in this process. */
async function moveHere(from: string, to: string): Promise<MigrateReport> {
  const [source, destination] = [from, to].map((text) => text.replaceAll('./', `${folder}/`))
  const places = { from: await readPlace('from', source!, {}), to: await readPlace('to', destination!, {}) }
  return move({ ...places, dryRun: false, verifyOnly: false, withoutSums: true, signal: new AbortController().signal, show: () => undefined })
}

/** What `export` has of a place, in the order of the ids. */
async function hitsIn(args: string[], env: Record<string, string> = {}): Promise<StoredHit[]> {
  const { out } = await run(['export', ...args], env)
  return out.split('\n').filter(Boolean).map((line) => JSON.parse(line) as StoredHit).toSorted((a, b) => (a.id < b.id ? -1 : 1))
}

/** Hits of ten days, a log-in, an erasure, a pruning with sums, a small value. */
async function fill(): Promise<void> {
  const base = join(folder, 'data')
  const hits = Array.from({ length: 200 }, (_, number) => hitOf(1 + (number % 10), { session: `s${number % 7}`, user: number % 5 === 0 ? `u${number % 3}` : '', path: `/${number % 4}` }))
  await fillFolder(base, hits)
  await run(['compact'])
  const opened = await openStorage({ driver: 'fs', base })
  const store = await createStore({ ...opened, keepSums: true })
  await store.identify({ site: 'default', session: 's1', user: 'u9', time: Date.now() })
  await store.erase({ site: 'default', user: 'u1' })
  await store.prune({ anonymous: 8 * day, authenticated: 9 * day })
  await store.append([hitOf(0.01)])
  await createValues(opened.storage).create('token:ab12', 'x')
  await store.close()
  await opened.storage.dispose()
}

describe('migrate', () => {
  test('to another folder and back: byte by byte, by short forms and by config files', async () => {
    await fill()
    const before = await hitsIn([])
    const dry = JSON.parse((await migrate('fs:./data', 'fs:./there', '--dry-run', '--json')).out) as MigrateReport
    expect(dry).toMatchObject({ dryRun: true, values: { kept: 0, settled: false } })
    expect(await readdir(folder)).toEqual(['data'])
    const { code, out, err } = await migrate('fs:./data', 'fs:./there')
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toMatch(new RegExp(`Copied ${dry.values!.copied} values`))
    expect(out).toMatch(/Site default: \d+ facts of \d+ days, 1 log-in, 1 erasure, 1 pruning\n.* with sums of pruned days\n.*1 small value .*\n.*SHA-256 of all values [0-9a-f]{64}\nEverything is the same in both places\.\n$/s)
    await writeFile(join(folder, 'there.json'), JSON.stringify({ storage: { driver: 'fs', base: 'there' } }))
    expect(await hitsIn(['--data', 'there'])).toEqual(before)
    const back = JSON.parse((await migrate('there.json', 'fs:./again', '--json')).out) as MigrateReport
    expect(back.verified).toMatchObject({ same: true, values: { values: dry.values!.copied } })
    expect(await hitsIn(['--data', 'again'])).toEqual(before)
  })

  test('to a text file and back: by facts, with what was said of persons; sums have no place there, and that is said', async () => {
    await fill()
    const before = await hitsIn([])
    const refused = await migrate('fs:./data', 'ndjson:./hits.ndjson+fs:./small')
    expect(refused).toMatchObject({ code: 1, err: expect.stringMatching(/keeps the sums of days whose hits were pruned \(\d+ values\).*--without-sums/s) as string })
    const { code, out, err } = await migrate('fs:./data', 'ndjson:./hits.ndjson+fs:./small', '--without-sums')
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toMatch(/Left behind: the sums of pruned days/)
    expect(await hitsIn(['--data', 'small'], { TREADLIGHT_STORE_TYPE: 'ndjson' })).toEqual(before)
    const back = JSON.parse((await migrate('ndjson:./hits.ndjson+fs:./small', 'fs:./again', '--json')).out) as MigrateReport
    expect(back).toMatchObject({ hits: { copied: back.verified!.sites[0]!.facts, kept: 0 }, verified: { same: true, small: 1 } })
    expect(await hitsIn(['--data', 'again'])).toEqual(before)
    // Whoever was erased stays so, whatever arrives again.
    const opened = await openStorage({ driver: 'fs', base: join(folder, 'again') })
    const store = await createStore(opened)
    expect(await store.append([hitOf(5, { user: 'u1' })])).toEqual(['stored'])
    for await (const hit of store.hits({ site: 'default', user: 'u1' })) expect(hit).toBeUndefined()
    await store.close()
    await opened.storage.dispose()
  })

  test('--verify says what differs, and a second run mends it', async () => {
    await fill()
    await moveHere('fs:./data', 'fs:./there')
    const manifests = join(folder, 'there', 'default', 'manifest')
    const [lost] = await readdir(manifests)
    await rm(join(manifests, lost!))
    const differs = await migrate('fs:./data', 'fs:./there', '--verify')
    expect(differs).toMatchObject({ code: 1, out: expect.stringMatching(/The two places differ:\n {2}1 value only in the source: default:manifest:/) as string })
    expect((await moveHere('fs:./data', 'fs:./there')).verified?.same).toBe(true)
    await appendFile(join(manifests, lost!), 'x')
    expect((await moveHere('fs:./data', 'fs:./there')).verified).toMatchObject({ same: false, values: { differing: [expect.stringMatching(/:manifest:/)] } })
  })

  test.each<[string, { from?: string; to: string; before?: () => Promise<unknown>; says: RegExp }]>([
    ['the source itself', { to: 'fs:./data/', says: /--from and --to are the same place, folder \/.*data: name another one/ }],
    ['a folder in the source, which would be copied too', { to: 'fs:./data/copy', says: /--from and --to lie in each other: folder \/.*data\/copy is in folder \/.*data: name a place apart from it/ }],
    ['a folder that the source is in', { to: 'fs:./', says: /--from and --to lie in each other: folder \/.*data is in folder \// }],
    ['a file in the source', { to: 'sqlite:./data/analytics.db', says: /--from and --to lie in each other: sqlite file \/.*analytics\.db is in folder \/.*data/ }],
    ['a text file in the source', { to: 'ndjson:./data/hits.ndjson+fs:./small', says: /--from and --to lie in each other/ }],
    ['the source by a link', { to: 'fs:./link', before: () => symlink(join(folder, 'data'), join(folder, 'link')), says: /--from and --to lie in each other/ }],
    ['a place with hits of somebody else', { to: 'fs:./other', before: () => fillFolder(join(folder, 'other'), [hitOf(1, { site: 'b' })]), says: /the destination is not empty: it has 1 value \(b:batch:.*name an empty one/ }],
    ['a text file with hits', { to: 'ndjson:./other.ndjson+fs:./small', before: fillFile, says: /the destination has hits already \(site default, .*name an empty one/ }],
    ['what was begun from elsewhere', { to: 'fs:./other', before: () => moveHere('fs:./third', 'fs:./other'), says: /the destination has a copy of folder .*third, and this is one of folder .*data: name another/ }],
    ['a text file of a later version', { to: 'ndjson:./later.ndjson+fs:./small', before: () => writeFile(join(folder, 'later.ndjson'), '{"treadlight":"ndjson","version":9,"crc":"8a8b2c8a"}\n'), says: /later|is not/ }],
    ['the memory of a process', { to: 'memory:', says: /--to: that names no place; it takes a config file, fs:FOLDER/ }],
    ['a config file that is not there', { to: 'none.json', says: /--to none\.json: there is no such config file/ }],
    ['from a folder that is not there', { from: 'fs:./nowhere', to: 'fs:./there', says: /there is no folder .*nowhere/ }],
  ])('refuses %s', async (_, { from = 'fs:./data', to, before, says }) => {
    await fillFolder(join(folder, 'data'), [hitOf(3)])
    await fillFolder(join(folder, 'third'), [hitOf(3)])
    await before?.()
    const there = await readdir(join(folder, 'data'), { recursive: true })
    await expect(moveHere(from, to)).rejects.toThrow(says)
    expect(await readdir(join(folder, 'data'), { recursive: true })).toEqual(there)
  })

  test('passwords come by environment, a place each, and are in no message', async () => {
    await fillFolder(join(folder, 'data'), [hitOf(3)])
    const env = { TREADLIGHT_TO_STORAGE_PASSWORD: 'geheim-1', TREADLIGHT_TO_STORAGE_TIMEOUT: '2000' }
    const { code, err } = await run(['migrate', '--from', 'fs:./data', '--to', 'redis://someone@127.0.0.1:1/0'], env)
    expect(code).toBe(1)
    expect(err).toMatch(/127\.0\.0\.1:1/)
    expect(err).not.toMatch(/geheim/)
    expect((await run(['migrate', '--to', 'fs:./x'], { TREADLIGHT_TO_STORAGE_PASWORD: 'x' })).err).toMatch(/TREADLIGHT_TO_STORAGE_PASWORD: there is no such setting; did you mean TREADLIGHT_TO_STORAGE_PASSWORD\?/)
    await expect(readPlace('to', 's3://bucket/prefix', {})).rejects.toThrow('set it, or TREADLIGHT_TO_STORAGE_ACCESS_KEY_ID')
  })

  test.each([
    ['value by value', 'fs:./there', ['--data', 'there'], {}],
    ['by facts', 'ndjson:./there.ndjson+fs:./data', [], { TREADLIGHT_STORE_TYPE: 'ndjson', TREADLIGHT_STORE_PATH: 'there.ndjson' }],
  ])('kill -9 at any moment, %s: the next run goes on, and nothing is there twice', async (_, to, args, env: Record<string, string>) => {
    const hits = Array.from({ length: 3000 }, (__, number) => hitOf(1 + (number % 60), { user: `u${number % 100}` }))
    await fillFolder(join(folder, 'data'), hits, 0.9)
    await run(['compact'])
    for (const after of [350, 550]) {
      const child = spawn(process.execPath, [cli, 'migrate', '--from', 'fs:./data', '--to', to], { cwd: folder, stdio: 'ignore' })
      const closed = once(child, 'close')
      await wait(after)
      child.kill('SIGKILL')
      await closed
    }
    const { code, out } = await migrate('fs:./data', to)
    expect(out).toMatch(/Everything is the same in both places/)
    expect(code).toBe(0)
    expect((await hitsIn(args, env)).map(({ id }) => id)).toEqual(hits.map(({ id }) => id).toSorted())
  })

  test('beside a running collector; once it has stopped, a short run takes the rest', async () => {
    await fillFolder(join(folder, 'data'), [hitOf(3)])
    const collector = await startCollector({ data: join(folder, 'data') })
    const send = () => fetch(`${collector.url}/hit`, { method: 'POST', body: JSON.stringify({ url: 'https://a.example/' }), headers: { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0' } })
    await send()
    await migrate('fs:./data', 'fs:./there')
    await send()
    await collector.stop()
    expect(await migrate('fs:./data', 'fs:./there')).toMatchObject({ code: 0, err: '' })
    expect(await hitsIn(['--data', 'there'])).toEqual(await hitsIn([]))
    expect(await hitsIn([])).toHaveLength(3)
  })
})

async function fillFile(): Promise<void> {
  const store = await createNdjsonStore({ path: join(folder, 'other.ndjson'), sync: false })
  await store.append([hitOf(2)])
  await store.close()
}
