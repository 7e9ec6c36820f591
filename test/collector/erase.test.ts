import { createStore, createValues, openStorage, type StoredHit } from '@treadlight/store'
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { eraseThroughHolder } from '../../packages/collector/src/eraseThroughHolder.ts'
import { createErasureRequests } from '../../packages/collector/src/erasureRequests.ts'
import { ConfigError } from '../../packages/collector/src/settings.ts'
import { startCollector } from '../process/collectorProcess.ts'
import { fillFolder, hitOf, runCli, type CliResult } from './runCli.ts'

let folder: string
let data: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'treadlight-erase-'))
  data = join(folder, 'data')
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const textFile = { TREADLIGHT_STORE_TYPE: 'ndjson', TREADLIGHT_STORE_PATH: 'text/hits.ndjson' }
const run = (args: string[], env: Record<string, string> = {}): Promise<CliResult> => runCli(folder, args, { TREADLIGHT_TIMEZONE: 'UTC', ...env })
const post = (url: string, body: object = {}): Promise<Response> => fetch(`${url}/hit`, { method: 'POST', body: JSON.stringify({ url: 'https://a.example/', ...body }) })

async function exported(env?: Record<string, string>): Promise<StoredHit[]> {
  const { out } = await run(['export'], env)
  return out.split('\n').filter(Boolean).map((line) => JSON.parse(line) as StoredHit)
}

async function someVisitor(env?: Record<string, string>): Promise<string> {
  const [hit] = await exported(env)
  return hit!.visitor
}

/** The files below a folder that have a text in them. */
async function filesWith(root: string, text: string): Promise<string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true })
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  const has = await Promise.all(paths.map(async (path) => path.includes(text) || (await readFile(path, 'latin1')).includes(text)))
  return paths.filter((_, index) => has[index])
}

/** A round of upkeep, as somebody does it who comes some minutes later. */
async function maintainIn(minutes: number): Promise<void> {
  const opened = await openStorage({ driver: 'fs', base: data })
  const store = await createStore({ ...opened, now: () => Date.now() + minutes * 60_000 })
  await store.maintain()
  await store.close()
  await opened.storage.dispose()
}

describe('erase', () => {
  const fill = () =>
    fillFolder(data, [
      hitOf(3, { user: 'ada@example', session: 's-ada', visitor: 'v-ada' }),
      hitOf(4, { user: 'ada@example', type: 'event', name: 'buy' }),
      hitOf(3, { user: 'bob@example', session: 's-bob', visitor: 'v-bob' }),
      hitOf(3, { user: 'ada@example', site: 'other' }),
    ])

  test('--dry-run says how many hits of which kinds would go, and changes nothing', async () => {
    await fill()
    const text = await run(['erase', '--user', 'ada@example', '--dry-run'])
    expect(text).toEqual({
      code: 0,
      out: '2 hits of user ada@example of site default would be erased: 1 pageview, 1 event, 0 engagement reports. Nothing was changed.\n',
      err: '',
    })
    const json = await run(['erase', '--user', 'ada@example', '--dry-run', '--json'])
    expect(JSON.parse(json.out)).toEqual({ erased: 2, pageviews: 1, events: 1, engagement: 0, dryRun: true, finished: false, destinations: [] })
    expect(await readdir(join(data, 'default'))).toEqual(['batch'])
    expect(await exported()).toHaveLength(3)
    expect((await run(['erase', '--user', 'nobody', '--dry-run'])).out).toBe('Nothing is there of user nobody of site default; nothing would be erased.\n')
  })

  test('what has not reached other systems is counted as the API counts it, and goes', async () => {
    await fill()
    const { storage } = await openStorage({ driver: 'fs', base: data })
    const values = createValues(storage)
    await values.create('forwarding:dead:crm:019aa5b60000000000-0f-1.default', JSON.stringify({ hit: hitOf(3, { user: 'ada@example' }), reason: 'answered 422', time: 0 }))
    await storage.dispose()
    const before = await run(['erase', '--user', 'ada@example', '--dry-run'])
    expect(before.out).toContain('So would what has not reached destinations: crm (0 waiting, 1 dead letter). Nothing was changed.')
    const { out } = await run(['erase', '--user', 'ada@example', '--json'])
    expect(JSON.parse(out)).toMatchObject({ erased: 2, destinations: [{ name: 'crm', waiting: 0, dead: 1 }] })
    expect(await filesWith(data, 'answered 422')).toEqual([])
  })

  test.each([
    ['--user', 'ada@example', 2],
    ['--session', 's-ada', 1],
    ['--visitor', 'v-ada', 1],
  ])('by %s: gone from every answer at once, and says when their bytes go', async (option, id, count) => {
    await fill()
    const { code, out, err } = await run(['erase', option, id])
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toContain(`Erased ${count} hit${count === 1 ? '' : 's'} of ${option.slice(2)} ${id} of site default: 1 pageview, `)
    expect(out).toContain('That is in force now: they are in no answer and no export any more.')
    expect(out).toContain('within half an hour')
    expect(out).toContain('run treadlight compact in half an hour, and once more ten minutes later')
    expect(out).toContain('backups and exports, still have them')
    expect(await exported()).toHaveLength(3 - count)
    expect(await exported({ TREADLIGHT_SITE: 'other' })).toHaveLength(1)
    expect(JSON.parse((await run(['erase', option, id, '--json'])).out)).toMatchObject({ erased: 0, dryRun: false, finished: false })
  })

  test('of somebody who was never there it promises nothing of bytes, also while an erasure of another is unfinished', async () => {
    await fill()
    await run(['erase', '--user', 'ada@example'])
    const { out } = await run(['erase', '--user', 'nobody'])
    expect(out).toMatch(/^Nothing was there of user nobody of site default; .*\nThat is in force now\.\nCopies/)
    // Hers has not come through.
    expect((await run(['erase', '--user', 'ada@example', '--dry-run'])).out).toBe('Nothing is there of user ada@example of site default; nothing would be erased. Bytes of what was erased before are still in the storage, until upkeep is done.\n')
    expect((await run(['erase', '--user', 'ada@example'])).out).toMatch(/^Nothing was there of user ada@example [^]*within half an hour/)
  })

  test('what it promises of the storage is true: gone from every file after two rounds of upkeep', async () => {
    await fill()
    await run(['compact'])
    // An hour later, so that the first round has to write segments anew.
    await maintainIn(60)
    await fillFolder(data, [hitOf(0, { user: 'ada@example' })], 0)
    await run(['erase', '--user', 'ada@example'])
    await run(['erase', '--user', 'ada@example', '--site', 'other'])
    expect(await filesWith(data, 'ada@example')).not.toEqual([])
    await maintainIn(91)
    await maintainIn(102)
    expect(await filesWith(data, 'ada@example')).toEqual([])
    expect(await exported()).toEqual([expect.objectContaining({ user: 'bob@example' })])
    expect((await run(['doctor'])).out).toMatch(/✓ erasures: 2 erasures, all in force, and nothing of them is left in the storage/)
    expect(JSON.parse((await run(['erase', '--user', 'ada@example', '--json'])).out)).toMatchObject({ erased: 0, finished: true })
  })

  test('beside a running collector, which counts on, and answers without the person', async () => {
    const collector = await startCollector({ data })
    await post(collector.url)
    const visitor = await someVisitor()
    const { code, out } = await run(['erase', '--visitor', visitor])
    expect(out).toMatch(/^Erased 1 hit of visitor /)
    expect(code).toBe(0)
    expect((await post(collector.url, { title: 'later' })).status).toBe(201)
    expect(await exported()).toHaveLength(1)
    expect(await collector.stop()).toBe(0)
    expect(await exported()).toHaveLength(1)
  })

  test.each([
    [[], /erase whom\? --user: name a person by it, by --session or by --visitor/],
    [['--user='], /--user: needs an id/],
    [['--user', 'a', '--session', 'b'], /--user and --session: name one person at a time/],
    [['--user', 'a', '--site', 'shop'], /--site shop: there is no such site here; there are default, other/],
    [['--user', 'a', '--site', 'My Shop'], /site: "My Shop" \(flag\) must be/],
    [['--visitor', '-x'], /To specify an option argument starting with a dash use '--visitor=-XYZ'/],
    [['--user', 'a', '--data', 'typo'], /there is no folder typo; name the collector’s with --data/],
  ])('%j is refused in one line', async (args, message) => {
    await fill()
    const { code, out, err } = await run(['erase', ...args])
    expect({ code, out }).toEqual({ code: 1, out: '' })
    expect(err).toMatch(message)
    expect(err.trim()).not.toContain('\n')
  })

  test('where upkeep fails it is erased all the same, says so, and fails', async () => {
    await fill()
    await run(['compact'])
    await rm(join(data, 'default/batch'), { recursive: true })
    // Nothing can be written below a file.
    await rm(join(data, 'default/manifest'), { recursive: true })
    await writeFile(join(data, 'default/manifest'), '')
    await fillFolder(data, [hitOf(5, { user: 'ada@example' })])
    const { code, out, err } = await run(['erase', '--user', 'ada@example'])
    expect(out).toMatch(/^Erased 1 hit /)
    expect(err).toMatch(/^treadlight: that is erased, but upkeep failed: .*manifest/)
    expect(code).toBe(1)
    expect(await exported()).toHaveLength(0)
  })
})

describe('erase from a text file', () => {
  test('beside the collector that has it open: that one does it, and nothing is left in the file', async () => {
    const collector = await startCollector({ data, env: { ...textFile, TREADLIGHT_STORE_PATH: join(folder, 'text/hits.ndjson') } })
    await post(collector.url)
    await post(collector.url, { title: 'another' })
    const visitor = await someVisitor(textFile)
    expect((await run(['erase', '--visitor', visitor, '--dry-run'], textFile)).out).toMatch(/^2 hits of visitor .* would be erased: 2 pageviews/)
    expect(await exported(textFile)).toHaveLength(2)

    const { code, out, err } = await run(['erase', '--visitor', visitor], textFile)
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toMatch(/^Erased 2 hits of visitor .*: 2 pageviews/)
    expect(out).toContain('nothing of them is left in the storage')
    expect(await filesWith(join(folder, 'text'), visitor)).toEqual([])
    expect((await readdir(join(folder, 'text'))).toSorted()).toEqual(['hits.ndjson', 'hits.ndjson.lock'])

    expect(await run(['erase', '--visitor', 'v', '--site', 'shop'], textFile)).toMatchObject({
      code: 1,
      err: 'treadlight: --site shop: there is no such site here; there is default\n',
    })
    expect((await post(collector.url, { title: 'later' })).status).toBe(201)
    expect(await collector.stop()).toBe(0)
    expect(await exported(textFile)).toHaveLength(1)
  })

  test('without a collector it does so itself', async () => {
    const collector = await startCollector({ data, env: { ...textFile, TREADLIGHT_STORE_PATH: join(folder, 'text/hits.ndjson') } })
    await post(collector.url)
    await collector.stop()
    const visitor = await someVisitor(textFile)
    const { code, out } = await run(['erase', '--visitor', visitor, '--json'], textFile)
    expect({ code, out: JSON.parse(out) }).toEqual({ code: 0, out: { erased: 1, pageviews: 1, events: 0, engagement: 0, dryRun: false, finished: true, destinations: [] } })
    expect(await filesWith(join(folder, 'text'), visitor)).toEqual([])
  })

  const subject = { site: 'default', user: 'ada@example' }
  const erased = { report: { erased: 1, pageviews: 1, events: 0, engagement: 0 }, finished: true }
  const held = new ConfigError('held by process 7', { cause: { code: 'ELOCKED' } })
  const { signal } = new AbortController()
  const path = () => join(folder, 'hits.ndjson')
  const failing = async (): Promise<never> => {
    throw held
  }

  test('a holder that never answers is named, and nothing is left that names the person', async () => {
    const asking = eraseThroughHolder({ path: path(), subject, signal, eraseAlone: failing, patience: 300 })
    await expect(asking).rejects.toThrow(/whether anybody was erased is unknown: .* did not answer; stop it .*held by process 7/)
    expect(await readdir(folder)).toEqual([])
  })

  test('a holder that ends meanwhile is no longer waited for', async () => {
    let attempts = 0
    const eraseAlone = async () => (++attempts === 1 ? failing() : erased)
    expect(await eraseThroughHolder({ path: path(), subject, signal, eraseAlone })).toEqual(erased)
    expect(await readdir(folder)).toEqual([])
  })

  test('Ctrl-C withdraws what nobody has taken up', async () => {
    const interrupt = new AbortController()
    const asking = eraseThroughHolder({ path: path(), subject, signal: interrupt.signal, eraseAlone: failing })
    while (!(await readdir(folder)).includes('hits.ndjson.requests')) await new Promise((resolve) => setTimeout(resolve, 10))
    interrupt.abort()
    expect(await asking).toBeUndefined()
    expect(await readdir(folder)).toEqual([])
  })

  test('requests are for their owner only; what goes wrong is handed on; a broken one holds up no other', async () => {
    const requests = createErasureRequests(path())
    await requests.answerAll(failing)
    await requests.ask('0a', subject)
    await writeFile(`${path()}.requests/0b.json`, '{')
    expect((await stat(`${path()}.requests`)).mode & 0o077).toBe(0)
    expect((await stat(`${path()}.requests/0a.json`)).mode & 0o077).toBe(0)
    expect(await requests.takeAnswer('0a')).toBeUndefined()
    await requests.answerAll(failing)
    await expect(requests.takeAnswer('0a')).rejects.toThrow('held by process 7')
    await requests.ask('0c', subject)
    await requests.answerAll(async (asked) => ({ ...erased, problem: JSON.stringify(asked) }))
    expect(await requests.takeAnswer('0c')).toEqual({ ...erased, problem: JSON.stringify(subject) })
    for (const id of ['0a', '0b', '0c']) await requests.withdraw(id)
    expect(await readdir(folder)).toEqual([])
  })

  test('a folder that is not there is waited for by nobody', async () => {
    await mkdir(join(folder, 'text'))
    await createErasureRequests(join(folder, 'text/hits.ndjson')).answerAll(failing)
    expect(await readdir(join(folder, 'text'))).toEqual([])
  })
})
