import { createNdjsonStore, createStore, openStorage, type StoredHit } from '@treadlight/store'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, open, readdir, readFile, rename, rm, stat, truncate, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { canMount, mountReadOnly, mountSmall } from '../drivers/readOnlyFolder.ts'
import { startCollector } from '../process/collectorProcess.ts'
import { cli, day, fillFolder, hitOf, runCli, type CliResult } from './runCli.ts'

let folder: string
let data: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'treadlight-commands-'))
  data = join(folder, 'data')
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const run = (args: string[], env: Record<string, string> = {}): Promise<CliResult> => runCli(folder, args, { TREADLIGHT_TIMEZONE: 'UTC', ...env })
const hitsIn = (text: string): StoredHit[] => text.split('\n').filter(Boolean).map((line) => JSON.parse(line) as StoredHit)
const idsIn = (text: string): string[] => hitsIn(text).map(({ id }) => id).toSorted()
const idsOf = (hits: readonly StoredHit[]): string[] => hits.map(({ id }) => id).toSorted()

/** Values of one kind, as paths. */
async function valuesOf(kind: string): Promise<string[]> {
  const root = join(data, 'default', kind)
  const found = await readdir(root, { recursive: true, withFileTypes: true })
  return found.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
}

/** As if it had been written an hour ago: one that is young may still be being written. */
async function agedManifest(): Promise<string> {
  const [path] = await valuesOf('manifest')
  const aged = path!.replace(/manifest\/\w{12}/, `manifest/${(Date.now() - 3_600_000).toString(16).padStart(12, '0')}`)
  await rename(path!, aged)
  return aged
}

async function flipBit(path: string, at: number): Promise<void> {
  const bytes = await readFile(path)
  bytes[at]! ^= 1
  await writeFile(path, bytes)
}

/** What a command line says on both of its outputs, in the test's folder. */
async function shell(command: string): Promise<string> {
  const child = spawn('bash', ['-c', `{ ${command}; } 2>&1`], { cwd: folder, stdio: ['ignore', 'pipe', 'ignore'] })
  let out = ''
  child.stdout.on('data', (chunk) => (out += chunk))
  await once(child, 'close')
  return out
}

const post = (url: string): Promise<Response> => fetch(`${url}/hit`, { method: 'POST', body: '{"url":"https://a.example/"}' })

describe('compact', () => {
  test('moves hits of days that have ended into segments, and says what it did', async () => {
    await fillFolder(data, [hitOf(3), hitOf(4), hitOf(5)])
    const { code, out, err } = await run(['compact'])
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toMatch(/^Moved 3 hits into segments, indexed 3 days\.\nWhat they replace is deleted after ten minutes/)
    expect(await valuesOf('segment')).toHaveLength(3)
    expect((await run(['compact'])).out).toBe('There was nothing to do. Hits of the last twenty minutes stay where they are, and without --force those of days that have not ended.\n')
    expect(idsIn((await run(['export'])).out)).toHaveLength(3)
  })

  test.each([
    ['manifest', []],
    // It reads no segment that it does not merge with others.
    ['segment', [hitOf(3)]],
  ])('what it finds damaged, here a %s, it warns of in the words of export, and does the rest', async (kind, more) => {
    await fillFolder(data, [hitOf(3)])
    await run(['compact'])
    await flipBit((await valuesOf(kind))[0]!, 100)
    await fillFolder(data, [hitOf(4), ...more])
    const { code, out, err } = await run(['compact'])
    expect({ code, out }).toEqual({ code: 0, out: expect.stringMatching(/^Moved \d hits? into segments/) as string })
    expect(err).toMatch(/treadlight: the storage lacks what 1 damaged value held: run treadlight doctor --deep, which says what to do\n$/)
  })

  test('--force also takes days that have not ended; --json prints the report', async () => {
    await fillFolder(data, [hitOf(0), hitOf(0.01)], 0.5)
    expect(JSON.parse((await run(['compact', '--json'])).out)).toEqual({ compacted: 0, rewritten: 0, deleted: 0 })
    expect(JSON.parse((await run(['compact', '--force', '--json'])).out)).toEqual({ compacted: 2, rewritten: 0, deleted: 0 })
  })

  test('beside a running collector no hit is lost', async () => {
    await fillFolder(data, [hitOf(3), hitOf(4), hitOf(5)])
    const collector = await startCollector({ data })
    const statuses: Promise<number>[] = []
    let isDone = false
    const sending = (async () => {
      while (!isDone) {
        statuses.push(post(collector.url).then(({ status }) => status))
        await wait(5)
      }
    })()
    for (let round = 0; round < 3; round++) expect((await run(['compact', '--force'])).code).toBe(0)
    isDone = true
    await sending
    expect(new Set(await Promise.all(statuses))).toEqual(new Set([201]))
    expect(idsIn((await run(['export'])).out)).toHaveLength(statuses.length + 3)
    expect(await collector.stop()).toBe(0)
  })
})

describe('export', () => {
  const at = (time: string): StoredHit => {
    const hit = hitOf(3)
    return { ...hit, time: Date.parse(time), received: Date.parse(time), day: time.slice(0, 10) }
  }

  test('writes every hit as it was stored, from segments and batches alike', async () => {
    const hits = [hitOf(3, { title: 'ü\n"', props: { size: 'L' } }), hitOf(4, { user: 'ada' })]
    await fillFolder(data, hits)
    await run(['compact'])
    const late = hitOf(3)
    await fillFolder(data, [late])
    const { code, out, err } = await run(['export', '--format', 'ndjson'])
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(hitsIn(out).toSorted((a, b) => (a.id < b.id ? -1 : 1))).toEqual([...hits, late].toSorted((a, b) => (a.id < b.id ? -1 : 1)))
  })

  test.each([
    ['both days included', ['--from', '2026-11-10', '--to', '2026-11-11'], [1, 2, 3]],
    ['open at the end', ['--from', '2026-11-11'], [2, 3, 4]],
    ['open at the beginning', ['--to', '2026-11-09'], [0]],
    ['in another zone', ['--from', '2026-11-10', '--to', '2026-11-10', '--timezone', 'Europe/Berlin'], [0, 1]],
    ['nothing there', ['--from', '2020-01-01', '--to', '2020-01-02'], []],
  ])('days: %s', async (_, args, indexes) => {
    const hits = ['2026-11-09T23:30:00Z', '2026-11-10T12:00:00Z', '2026-11-11T00:00:00Z', '2026-11-11T23:59:59Z', '2026-11-12T00:00:00Z'].map(at)
    await fillFolder(data, hits)
    const { code, out } = await run(['export', ...args])
    expect(code).toBe(0)
    expect(idsIn(out)).toEqual(idsOf(indexes.map((index) => hits[index]!)))
  })

  test('to a file, which is there as a whole or not at all, and is not overwritten', async () => {
    const hits = [hitOf(3), hitOf(4)]
    await fillFolder(data, hits)
    const first = await run(['export', '--output', 'hits.ndjson'])
    expect(first).toMatchObject({ code: 0, out: '' })
    expect(first.err).toMatch(/^Wrote 2 hits \(\d+ B|[\d.]+ kB\) of site default to hits\.ndjson\n$/)
    expect(idsIn(await readFile(join(folder, 'hits.ndjson'), 'utf8'))).toEqual(idsOf(hits))
    expect((await stat(join(folder, 'hits.ndjson'))).mode & 0o077).toBe(0)

    await fillFolder(data, [hitOf(5)])
    const second = await run(['export', '--output', 'hits.ndjson'])
    expect(second).toMatchObject({ code: 1, err: 'treadlight: hits.ndjson is there already: name another file, or overwrite it with --force\n' })
    expect(hitsIn(await readFile(join(folder, 'hits.ndjson'), 'utf8'))).toHaveLength(2)
    expect((await run(['export', '--output', 'hits.ndjson', '--force'])).code).toBe(0)
    expect(hitsIn(await readFile(join(folder, 'hits.ndjson'), 'utf8'))).toHaveLength(3)
    expect(await readdir(folder)).not.toContain('hits.ndjson~')
  })

  test.each([
    [['--format', 'xlsx'], /--format xlsx: must be csv, ndjson or parquet/],
    [['--from', '2026-02-30'], /--from 2026-02-30: must be a day such as/],
    [['--to', 'yesterday'], /--to yesterday: must be a day such as/],
    [['--from', '2026-02-02', '--to', '2026-02-01'], /--from 2026-02-02 is behind --to 2026-02-01/],
    [['--site', 'shop'], /--site shop: there is no such site here; there is default/],
    [['--output', 'no/where/x'], /there is no folder no\/where: make it/],
    [['--output', '.'], /\. is a folder: name a file in it/],
    [['--output', 'locked'], /locked~ is there already: another export is writing it, or one was killed/],
  ])('%j is refused in one line', async (args, message) => {
    await fillFolder(data, [hitOf(3)])
    await writeFile(join(folder, 'locked~'), '')
    const { code, out, err } = await run(['export', ...args])
    expect({ code, out }).toEqual({ code: 1, out: '' })
    expect(err).toMatch(message)
    expect(err.trim()).not.toContain('\n')
  })

  test('files that others have left among ours are no damage', async () => {
    await fillFolder(data, [hitOf(3)])
    for (const kind of ['batch', 'manifest', 'segment', 'link', 'erasure', 'pruning']) {
      await mkdir(join(data, 'default', kind), { recursive: true })
      await writeFile(join(data, 'default', kind, 'README.txt'), 'not ours')
    }
    const { code, out, err } = await run(['export'])
    expect([code, hitsIn(out).length]).toEqual([0, 1])
    expect(err).not.toMatch(/damage|README/)
    expect((await run(['doctor'])).out).toMatch(/! foreign: default:manifest:README\.txt is not treadlight’s/)
  })

  test('a reader that has seen enough (| head) is no failure', async () => {
    await fillFolder(data, Array.from({ length: 3000 }, () => hitOf(3, { title: 'x'.repeat(200) })))
    const [line, code, ...others] = (await shell(`"${process.execPath}" "${cli}" export | head -n 1; echo "\${PIPESTATUS[0]}"`)).trim().split('\n')
    expect((JSON.parse(line!) as StoredHit).title).toBe('x'.repeat(200))
    expect([code, ...others]).toEqual(['0'])
  })

  test.skipIf(!existsSync('/dev/full'))('a full disk behind standard output: one line, and exit code 1', async () => {
    await fillFolder(data, [hitOf(3)])
    const out = await shell(`"${process.execPath}" "${cli}" export > /dev/full; echo "$?"`)
    expect(out).toMatch(/^treadlight: could not write to standard output: ENOSPC[^\n]*\n1\n$/)
    for (const command of ['doctor', 'compact', '--version', 'help'])
      expect(await shell(`"${process.execPath}" "${cli}" ${command} > /dev/full; echo "$?"`), command).toMatch(/^treadlight: could not write to standard output: ENOSPC[^\n]*\n1\n$/)
    expect(await shell(`"${process.execPath}" "${cli}" doctor 2> /dev/full > /dev/full; echo "$?"`)).toBe('1\n')
  })

  test('a slow reader gets everything', async () => {
    const hits = Array.from({ length: 3000 }, () => hitOf(3, { title: 'x'.repeat(200) }))
    await fillFolder(data, hits)
    const child = spawn(process.execPath, [cli, 'export'], { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] })
    const pieces: Buffer[] = []
    await wait(1500)
    for await (const piece of child.stdout) {
      pieces.push(piece as Buffer)
      await wait(2)
    }
    expect(idsIn(Buffer.concat(pieces).toString())).toEqual(idsOf(hits))
  })

  test('Ctrl-C leaves no file, and a store that works', async () => {
    await fillFolder(data, Array.from({ length: 20_000 }, () => hitOf(3, { title: 'x'.repeat(500) })))
    const child = spawn(process.execPath, [cli, 'export', '--output', 'hits.ndjson'], { cwd: folder, stdio: 'ignore' })
    const exited = once(child, 'exit')
    while (!(await readdir(folder)).includes('hits.ndjson~') && child.exitCode === null) await wait(2)
    child.kill('SIGINT')
    const [code] = await exited
    // It may have been faster.
    if (code !== 0) {
      expect(code).toBe(130)
      expect(await readdir(folder)).toEqual(['data'])
    }
    expect((await run(['doctor', '--deep'])).code).toBe(0)
  })

  test('where something is damaged it writes the rest, says what, and does not pass for a whole one', async () => {
    await fillFolder(data, [hitOf(3), hitOf(4)])
    await run(['compact'])
    await rm(join(data, 'default/batch'), { recursive: true })
    const [path] = await valuesOf('segment')
    await flipBit(path!, 200)
    const { code, err } = await run(['export', '--output', 'hits.ndjson'])
    expect(code).toBe(1)
    expect(err).toMatch(/default:segment:.* is damaged/)
    expect(err).toContain('the export lacks what 1 damaged value held: run treadlight doctor --deep')
    expect(hitsIn(await readFile(join(folder, 'hits.ndjson'), 'utf8'))).toHaveLength(1)
  })
})

describe('doctor', () => {
  test('says what a 201 is worth, what is there, and that all is well', async () => {
    await fillFolder(data, [hitOf(3), hitOf(4, { user: 'ada' }), hitOf(5)])
    await run(['compact'])
    const { code, out, err } = await run(['doctor'])
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toContain('Storage     folder ./data')
    expect(out).toContain('Durability  a hit answered 201 is on disk (synced)')
    expect(out).toMatch(/✓ listing: /)
    const on = (age: number): string => new Date(Date.now() - age * day).toISOString().slice(0, 10)
    expect(out).toContain(`Site default: 3 hits in 1 batch and 3 segments, from ${on(5)} to ${on(3)}`)
    expect(out).toMatch(/✓ damage: none found/)
    // What it has tried out is gone.
    expect(await readdir(data)).toEqual(['default'])
  })

  test('a database of places that cannot be read is wrong, and said with the remedy', async () => {
    await fillFolder(data, [hitOf(3)])
    const { code, out } = await run(['doctor'], { TREADLIGHT_PLACE_DATABASE: 'nowhere.mmdb' })
    expect(code).toBe(1)
    expect(out).toMatch(/✗ places: place\.database: nowhere\.mmdb cannot be read: ENOENT.*\n {4}→ the collector does not start with it/)
  })

  test('--json is for programs', async () => {
    const hit = hitOf(3)
    await fillFolder(data, [hit])
    await writeFile(join(data, 'readme'), 'not ours')
    const { out } = await run(['doctor', '--deep', '--json'])
    const time = new Date(hit.time).toISOString()
    expect(JSON.parse(out)).toMatchObject({
      ok: true,
      storage: 'folder ./data',
      durability: 'synced',
      promise: 'a hit answered 201 is on disk (synced)',
      sites: [{ site: 'default', hits: 1, batches: 1, segments: 0, oldest: time, newest: time }],
      problems: [],
      verified: { values: 1, leftOver: 0, foreign: ['readme'] },
    })
  })

  type Damage = [what: string, harm: () => Promise<void>, code: number, message: RegExp]
  const damages: Damage[] = [
    ['a flipped bit in a batch', async () => flipBit((await valuesOf('batch'))[0]!, 100), 1, /✗ damage: default:batch:\S+: its bytes are not those that were written/],
    ['a flipped bit in a segment', async () => flipBit((await valuesOf('segment'))[0]!, 100), 1, /✗ damage: default:segment:\S+: its bytes are not those/],
    ['a flipped bit in a manifest', async () => flipBit((await valuesOf('manifest'))[0]!, 100), 1, /✗ damage: default:manifest:\S+: its bytes are not those.*\n {4}→ nothing but to wait: from \d{4}-\d\d-\d\dT\d\d:\d\dZ on, upkeep/],
    ['a manifest that is cut off', async () => truncate(await agedManifest(), 50), 1, /✗ damage: default:manifest:\S+: its end is missing .*nobody knows which segments it named/],
    ['a missing segment', async () => rm((await valuesOf('segment'))[0]!), 1, /✗ damage: default:segment:\S+ is missing/],
    ['a segment that is cut off', async () => truncate((await valuesOf('segment'))[0]!, 50), 1, /✗ damage: default:segment:\S+: its end is missing/],
    ['a segment of no bytes', async () => truncate((await valuesOf('segment'))[0]!, 0), 1, /✗ damage: default:segment:\S+: its end is missing/],
    ['the torn end of a batch', async () => truncate((await valuesOf('batch'))[0]!, 300), 0, /! damage: default:batch:\S+ ends at byte 0 in the middle of a write that was cut off/],
    ['files that others have left among ours', async () => {
      for (const name of ['.DS_Store', 'README.txt']) for (const kind of ['batch', 'manifest', 'segment', 'link', 'erasure', 'pruning', 'salt']) {
        await mkdir(join(data, 'default', kind), { recursive: true })
        await writeFile(join(data, 'default', kind, name), 'not ours')
      }
    }, 0, /! foreign: default:batch:README\.txt is not treadlight’s, and counts for nothing\n {4}→ move it away\n(?![^]*✗)(?![^]*DS_Store)/],
    ['a value that is nobody’s', async () => writeFile(join(data, 'login'), ''), 0, /1 not ours \(login\)/],
  ]
  test.each(damages)('--deep finds %s', async (_, harm, code, message) => {
    await fillFolder(data, [hitOf(3), hitOf(4, { user: 'ada' })])
    await run(['compact'])
    // Of another day, so that it stays in its batch.
    await rm(join(data, 'default/batch'), { recursive: true })
    await fillFolder(data, [hitOf(0)], 0.5)
    await harm()
    const result = await run(['doctor', '--deep'])
    expect(result.out).toMatch(message)
    expect(result.code).toBe(code)
  })

  test('a damaged manifest is made up for by upkeep, once it is old enough', async () => {
    await fillFolder(data, [hitOf(3), hitOf(4)])
    const opened = await openStorage({ driver: 'fs', base: data })
    const store = await createStore({ ...opened, now: () => Date.now() - 6.5 * 3_600_000 })
    await store.maintain()
    await store.close()
    await rm(join(data, 'default/batch'), { recursive: true })
    await flipBit((await valuesOf('manifest'))[0]!, 100)
    expect((await run(['doctor'])).out).toMatch(/✗ damage: default:manifest:.*\n {4}→ run treadlight compact, which takes up again what it named/)
    const compacted = await run(['compact', '--json'])
    expect(JSON.parse(compacted.out)).toMatchObject({ regained: 2 })
    expect(compacted.err).not.toContain('the storage lacks')
    expect(await run(['doctor', '--deep'])).toMatchObject({ code: 0, out: expect.stringContaining('Site default: 2 hits') as string })
  })

  test('warns of a clock that is behind what was written, or far ahead of it', async () => {
    await fillFolder(data, [hitOf(0)], -1)
    expect((await run(['doctor'])).out).toMatch(/! clock: .*this machine’s clock is behind, or the writer’s was ahead\n {4}→ set the clocks/)
    await rm(data, { recursive: true })
    await fillFolder(data, [hitOf(9)], 9)
    const { code, out } = await run(['doctor'])
    expect(out).toMatch(/! clock: .*no collector has run since, or this machine’s clock is ahead/)
    expect(code).toBe(0)
  })

  test('beside a running collector, which stays as it is', async () => {
    const collector = await startCollector({ data })
    await post(collector.url)
    const { code, out } = await run(['doctor', '--deep'])
    expect(out).toContain('Site default: 1 hit in 1 batch')
    expect(code).toBe(0)
    expect((await post(collector.url)).status).toBe(201)
    expect(await collector.stop()).toBe(0)
  })
})

describe.skipIf(!canMount)('a full disk', () => {
  /** Takes what is left of the file system; answers how to give some of it back. */
  async function fill(folder: string): Promise<(bytes: number) => Promise<void>> {
    const ballast = join(folder, 'ballast')
    await expect(writeFile(ballast, Buffer.alloc(5_000_000))).rejects.toThrow('ENOSPC')
    const handle = await open(ballast, 'a')
    await expect(handle.write(Buffer.alloc(4096))).rejects.toThrow('ENOSPC')
    await handle.close()
    return async (bytes) => truncate(ballast, (await stat(ballast)).size - bytes)
  }

  test('compact deletes what is no longer needed, which takes no room', async () => {
    data = join(await mountSmall(), 'data')
    await fillFolder(data, [hitOf(5), hitOf(6)], 5)
    const opened = await openStorage({ driver: 'fs', base: data })
    const store = await createStore({ ...opened, now: () => Date.now() - 3_600_000 })
    await store.maintain()
    await store.close()
    expect(await valuesOf('batch')).toHaveLength(1)
    await fill(join(data, '..'))
    expect(await run(['compact', '--data', data])).toMatchObject({ code: 0, out: expect.stringContaining('Deleted 1 value'), err: '' })
    expect(await readdir(join(data, 'default'))).not.toContain('batch')
  })

  test('prune and erase say how to go on, change nothing, and need little room', async () => {
    data = join(await mountSmall(), 'data')
    await fillFolder(data, [hitOf(100), hitOf(3, { user: 'ada' }), hitOf(3)], 1)
    await run(['compact', '--data', data])
    await rm(join(data, 'default/batch'), { recursive: true })
    const free = await fill(join(data, '..'))
    for (const args of [['prune'], ['erase', '--user', 'ada']]) {
      const { code, err } = await run([...args, '--data', data])
      expect(err).toMatch(/^treadlight: fs: could not write \S+ \(ENOSPC\): free some space on the disk; docs\/storage\.md says how \(“A full disk”\)\n$/)
      expect(code).toBe(1)
    }
    expect(hitsIn((await run(['export', '--data', data])).out)).toHaveLength(3)
    await free(65_536)
    expect(await run(['prune', '--data', data])).toMatchObject({ code: 0, out: '1 anonymous pageviews deleted, 0 authenticated pageviews deleted\n' })
    expect(await run(['erase', '--user', 'ada', '--data', data])).toMatchObject({ code: 0, err: '' })
    expect(hitsIn((await run(['export', '--data', data])).out)).toHaveLength(1)
  })
})

describe('a text file for the hits', () => {
  const env = { TREADLIGHT_STORE_TYPE: 'ndjson', TREADLIGHT_STORE_PATH: 'text/hits.ndjson' }

  test('is served, exported, compacted and examined', async () => {
    const path = join(folder, 'text/hits.ndjson')
    const collector = await startCollector({ data, env: { ...env, TREADLIGHT_STORE_PATH: path } })
    expect(collector.output()).toContain(`file ${path} (small values: folder ${data}): a hit answered 201 is on disk (synced)`)
    await post(collector.url)
    await post(collector.url)
    // Whoever only looks may do so beside it.
    expect(hitsIn((await run(['export'], env)).out)).toHaveLength(2)
    expect((await run(['prune', '--dry-run'], env)).code).toBe(0)
    const beside = await run(['doctor', '--deep'], env)
    expect(beside.out).toContain('Site default: 2 hits, from ')
    expect(beside.code).toBe(0)
    expect((await run(['user', 'reset'], env)).code).toBe(0)
    for (const command of ['compact', 'prune']) expect((await run([command], env)).err).toMatch(/held by process \d+ .*one process at a time/)
    expect((await post(collector.url)).status).toBe(201)
    expect(await collector.stop()).toBe(0)

    expect(hitsIn((await run(['export'], env)).out)).toHaveLength(3)
    expect(await run(['compact'], env)).toMatchObject({ code: 0, out: expect.stringMatching(/^There was nothing to do\. Nothing that was erased or pruned is left in the file, .*--force/) })
    expect((await run(['prune', '--newest', '2'], env)).err).toBe('')
    const { code, out } = await run(['doctor', '--deep'], env)
    expect(out).toContain('Site default: 2 hits, from ')
    expect(code).toBe(0)
    await flipBit(path, 200)
    const damaged = await run(['doctor'], env)
    expect(damaged.out).toMatch(/✗ damage: .*hits\.ndjson: its bytes are not those that were written/)
    expect(damaged.code).toBe(1)
  })

  test('compact says what it did to it, and promises nothing for later', async () => {
    const path = join(folder, 'text/hits.ndjson')
    const store = await createNdjsonStore({ path })
    await store.append([hitOf(3), hitOf(4, { user: 'ada' })])
    await store.erase({ site: 'default', user: 'ada' })
    await store.close()
    await mkdir(data)
    expect(await run(['compact'], env)).toEqual({
      code: 0,
      out: 'Wrote the file anew, with 2 lines. What was erased, pruned or said twice is gone from it.\n',
      err: '',
    })
    expect((await run(['compact', '--force'], env)).out).toMatch(/^There was nothing to do\. .*no line says what others say\.$/m)
  })

  test('that is not there is not made', async () => {
    await fillFolder(data, [hitOf(3)])
    expect(await run(['export'], env)).toMatchObject({ code: 1, err: 'treadlight: store.path: there is no file text/hits.ndjson; name the collector’s\n' })
  })
})

describe.skipIf(!canMount)('a storage that cannot be written', () => {
  test.each(['batches', 'segments'])('can be exported, counted and examined: %s', async (what) => {
    await fillFolder(data, [hitOf(3), hitOf(91)])
    if (what === 'segments') await run(['compact'])
    const base = await mountReadOnly(data)
    const { code, out, err } = await run(['export', '--data', base])
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(hitsIn(out)).toHaveLength(2)
    expect(await run(['prune', '--dry-run', '--data', base])).toMatchObject({ code: 0, out: expect.stringMatching(/^1 anonymous pageviews would be deleted/) })
    expect(await run(['erase', '--visitor', 'v', '--dry-run', '--data', base])).toMatchObject({ code: 0, out: expect.stringMatching(/^2 hits/) })
    const doctor = await run(['doctor', '--data', base])
    expect(doctor.out).toMatch(/✗ fs hard links: cannot make a hard link in \S+ \(EROFS\)/)
    expect(doctor.out).toMatch(/✗ bytes: could not write \S+ \(EROFS\): mount it writable or choose another folder/)
    expect(doctor.out).toContain('Site default: 2 hits')
    expect(doctor.code).toBe(1)
    for (const args of [['serve', '--port', '0'], ['prune'], ['compact'], ['erase', '--visitor', 'v'], ['user', 'reset']]) {
      expect(await run([...args, '--data', base])).toMatchObject({ code: 1, err: expect.stringMatching(/^treadlight: .*\(EROFS\): mount it writable or choose another folder$/m) })
    }
  })

  test('also with left-overs of a killed process, which nobody can remove', async () => {
    await fillFolder(data, [hitOf(3)])
    const leftOver = join(data, 'default/batch/x~0a1b2c3d4e5f')
    await writeFile(leftOver, '')
    await utimes(leftOver, 1, 1)
    const base = await mountReadOnly(data)
    const { code, out, err } = await run(['export', '--data', base])
    expect({ code, err, hits: hitsIn(out).length }).toEqual({ code: 0, err: '', hits: 1 })
  })
})

describe('doctor on what collectors should have done', () => {
  test('batches that wait for too long, erasures that do not come through', async () => {
    await fillFolder(data, [hitOf(9, { user: 'ada' })], 9)
    const opened = await openStorage({ driver: 'fs', base: data })
    const store = await createStore({ ...opened, now: () => Date.now() - 7_200_000 })
    await store.erase({ site: 'default', user: 'ada' })
    await store.close()
    const { code, out } = await run(['doctor'])
    expect(out).toMatch(/! upkeep: hits that arrived on \d{4}-\d\d-\d\d still lie in batches: no collector has run since, .*\n {4}→ run treadlight compact/)
    expect(out).toMatch(/! erasures: 1 erasure, all in force; what 1 of them hide has not left the storage yet, .*\n {4}→ run treadlight compact, and again ten minutes later/)
    expect(code).toBe(0)
    await run(['erase', '--user', 'nobody'])
    expect((await run(['doctor'])).out).toContain('! erasures: 2 erasures, all in force; what 2 of them hide')
  })

  test('batches that only wait for their deletion raise no alarm, until that is long overdue', async () => {
    await fillFolder(data, [hitOf(9), hitOf(8, { user: 'ada' })], 9)
    await run(['erase', '--user', 'ada'])
    expect(JSON.parse((await run(['compact', '--json'])).out)).toMatchObject({ deleted: 0 })
    expect(await valuesOf('batch')).toHaveLength(1)
    expect((await run(['doctor'])).out).toContain('✓ upkeep: nothing waits for longer than it should')
    await fillFolder(data, [hitOf(7)], 7)
    expect((await run(['doctor'])).out).toContain('! upkeep: hits that arrived on')
  })

  test('batches that nobody deletes', async () => {
    await fillFolder(data, [hitOf(19)], 19)
    const opened = await openStorage({ driver: 'fs', base: data })
    const store = await createStore({ ...opened, now: () => Date.now() - 9 * day })
    await store.maintain()
    await store.close()
    const since = new Date(Date.now() - 9 * day).toISOString().slice(0, 10)
    expect((await run(['doctor'])).out).toContain(`! upkeep: batches whose hits have been in segments since ${since} are still there`)
  })

  test('a later format is no damage: it says to upgrade, not to restore', async () => {
    await fillFolder(data, [hitOf(3)])
    await mkdir(join(data, 'default/link'), { recursive: true })
    await writeFile(join(data, 'default/link/0000'), 'treadlight 2 00000002 c79a65d3\n{}')
    const { code, out } = await run(['doctor', '--deep'])
    expect(code).toBe(1)
    expect(out).toMatch(/✗ store: .*upgrade treadlight/)
    expect(out).toMatch(/✗ damage: default:link:0000: .*upgrade treadlight/)
    expect(out).not.toContain('restore')
  })
})

test('/api/health says how many values are damaged, and what a 201 is worth', async () => {
  await fillFolder(data, [hitOf(3), hitOf(4)])
  await flipBit((await valuesOf('batch'))[0]!, 100)
  const collector = await startCollector({ data })
  expect(await (await fetch(`${collector.url}/api/health`)).json()).toMatchObject({ ok: true, durability: 'synced', problems: 1 })
  await collector.stop()
})
