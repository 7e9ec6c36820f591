import { createStore, openStorage, type StoredHit } from '@treadlight/store'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { version } from '../../packages/collector/src/version.ts'
import packageJson from '../../packages/collector/package.json'
import { freePort, logIn, startCollector } from '../process/collectorProcess.ts'
import { fillFolder, hitOf, runCli, startCli, type CliResult } from './runCli.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'treadlight-cli-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const run = (args: string[], env?: Record<string, string>): Promise<CliResult> => runCli(folder, args, env)
const commands = ['serve', 'export', 'compact', 'prune', 'erase', 'doctor', 'site', 'token', 'user', 'share', 'config']

describe('help', () => {
  test.each([['--help'], ['help'], ['-h']])('treadlight %s lists the commands', async (arg) => {
    const { code, out } = await run([arg])
    expect(code).toBe(0)
    for (const command of commands) expect(out).toContain(command)
  })

  test.each(commands)('treadlight %s --help says what it takes', async (command) => {
    const { code, out } = await run([command, '--help'])
    expect(code).toBe(0)
    expect(out).toMatch(new RegExp(`^treadlight ${command}`))
    expect(out).toContain('--data')
  })

  test('the version is the package’s', async () => {
    expect(version).toBe(packageJson.version)
    expect((await run(['--version'])).out.trim()).toBe(version)
  })
})

const unreachable = { TREADLIGHT_STORAGE_DRIVER: 'redis', TREADLIGHT_STORAGE_URL: 'redis://me:hunter2@127.0.0.1:1/0' }

describe('what is wrong is one clear line, and exit code 1', () => {
  test.each([
    ['an unknown command', ['sevre'], {}, /there is no command sevre; there are serve, export, import, compact, migrate, prune, [a-z, -]+, config/],
    ['an unknown option', ['serve', '--prot', '1'], {}, /--prot.*--help/],
    ['an unknown argument', ['prune', 'now'], {}, /now.*--help/],
    ['a bad port', ['serve', '--port', 'x'], {}, /port: "x" \(flag\) must be a whole number/],
    ['a bad setting', ['serve'], { TREADLIGHT_TIMEZONE: 'Mars' }, /timezone: "Mars" \(environment variable TREADLIGHT_TIMEZONE\)/],
    ['an unknown driver', ['serve', '--driver', 'flopppy'], {}, /storage: unknown storage driver "flopppy": choose fs, memory, .* or cloudflare-kv/],
    ['a host that is not here', ['serve', '--host', '203.0.113.7', '--port', '0'], {}, /host 203\.0\.113\.7: this machine has no such address/],
    ['a folder that is not there', ['prune', '--data', 'typo'], {}, /there is no folder typo; name the collector’s with --data/],
    ['a folder that is not there', ['user', 'reset', '--data', 'typo'], {}, /there is no folder typo/],
    ['a folder that is not there', ['compact', '--data', 'typo'], {}, /there is no folder typo/],
    ['a folder that is not there', ['export', '--data', 'typo'], {}, /there is no folder typo/],
    ['a folder that is not there', ['doctor', '--data', 'typo'], {}, /there is no folder typo/],
    ['a memory that is not this one’s', ['compact', '--driver', 'memory'], {}, /what a collector has in its memory only that collector can see/],
    ['a folder for another driver', ['compact', '--driver', 'memory', '--data', 'x'], {}, /--data is the folder of the fs driver/],
    ['a server that is not there', ['doctor'], unreachable, /could not connect to redis:\/\/\*\*\*@127\.0\.0\.1:1\/0 \(ECONNREFUSED\): start the server/],
    ['a server that is not there, with nothing to hide', ['doctor'], { ...unreachable, TREADLIGHT_STORAGE_URL: 'redis://127.0.0.1:1/0' }, /could not connect to redis:\/\/127\.0\.0\.1:1\/0 \(ECONNREFUSED\): start the server/],
    ['a database that is none', ['doctor'], { ...unreachable, TREADLIGHT_STORAGE_URL: 'redis://me:hunter2@127.0.0.1:1/abc' }, /storage: url must end with the number of a database/],
    ['a server that is not there', ['erase', '--user', 'ada'], unreachable, /could not connect to redis:.* \(ECONNREFUSED\): start the server/],
    ['a number that no server understands', ['doctor'], { ...unreachable, TREADLIGHT_STORAGE_TIMEOUT: '-5' }, /storage\.timeout \(environment variable TREADLIGHT_STORAGE_TIMEOUT\) must be a whole number from 1 to/],
    ['user without a word', ['user'], {}, /treadlight user reset/],
  ])('%s', async (_, args, env, message) => {
    const { code, err } = await run(args, env as Record<string, string>)
    expect(err).toMatch(message)
    expect(err).not.toContain('hunter2')
    expect(err.trim()).not.toContain('\n')
    expect(code).toBe(1)
  })

  test.each(['constructor', 'toString', '__proto__', 'hasOwnProperty'])('a driver that every object has: %s', async (driver) => {
    const { code, err } = await run(['doctor', '--driver', driver])
    expect(err).toMatch(new RegExp(`^treadlight: storage: unknown storage driver "${driver}": choose fs, memory, .* or cloudflare-kv\n$`))
    expect(code).toBe(1)
  })

  test('a taken port', async () => {
    const first = await startCollector({ data: join(folder, 'data') })
    try {
      const { port } = new URL(first.url)
      const { code, err } = await run(['serve', '--port', port, '--data', join(folder, 'other')])
      expect(err).toMatch(new RegExp(`port ${port} on 127.0.0.1 is taken: stop what listens there, or set another with PORT=${Number(port) + 1}`))
      expect(err.trim()).not.toContain('\n')
      expect(code).toBe(1)
    } finally {
      await first.stop()
    }
  })

  test('a folder that cannot be written, because a file is in the way', async () => {
    await writeFile(join(folder, 'file'), '')
    const { code, err } = await run(['serve', '--port', '0', '--data', join(folder, 'file')])
    expect(err).toMatch(/^treadlight: storage: could not .* \(ENOTDIR\): \S+file is not a folder: .*name a folder\n$/)
    expect(code).toBe(1)
    for (const command of ['doctor', 'export', 'compact', 'prune'])
      expect(await run([command, '--data', 'file'])).toEqual({ code: 1, out: '', err: 'treadlight: storage.base: file is not a folder; name the collector’s with --data\n' })
  })
})

describe('serve', () => {
  test('prints where everything is, and a password on the first start only', async () => {
    const data = join(folder, 'data')
    const first = await startCollector({ data })
    expect(first.output()).toContain(`${first.url}/dashboard/`)
    expect(first.output()).toContain(`<script defer src="${first.url}/t.js" data-ignore=""></script>`)
    expect(first.output()).toContain('synced')
    await logIn(first.url, first.password!)
    expect(await first.stop()).toBe(0)

    const second = await startCollector({ data })
    expect(second.password).toBeUndefined()
    await logIn(second.url, first.password!)
    expect(await second.stop()).toBe(0)
  })

  test.each([
    ['mjs', 'export default { storage: { base: "./elsewhere" } }'],
    ['json', '{ "storage": { "base": "./elsewhere" } }'],
  ])('reads treadlight.config.%s of the folder it is started in', async (ending, text) => {
    await writeFile(join(folder, `treadlight.config.${ending}`), text)
    await mkdir(join(folder, 'elsewhere'))
    expect(await run(['user', 'reset'])).toMatchObject({ code: 0, err: '' })
    expect(await readdir(join(folder, 'elsewhere'))).toContain('account')
  })

  test('files and folders are for their owner only', async () => {
    const collector = await startCollector({ data: join(folder, 'data') })
    await fetch(`${collector.url}/hit`, { method: 'POST', body: '{"url":"https://a.example/"}' })
    await collector.stop()
    const { stdout } = await shell(`find ${folder}/data -perm /077`)
    expect(stdout.split('\n').filter((line) => line.startsWith('/'))).toEqual([])
  })

  test.each([
    ['SIGINT', {}],
    ['SIGTERM', {}],
    ['SIGHUP', {}],
    ['SIGTERM', { CI: '1', TEST: '1' }],
  ] as const)('T13 %s with 100 requests in flight (%j): they are answered, stored, and it exits with 0', async (signal, env) => {
    const data = join(folder, 'data')
    const collector = await startCollector({ data, env })
    const slow = Array.from({ length: 100 }, () => slowHit(collector.url))
    // Until the collector has read the headers: before that the request is not in flight but on the wire.
    await wait(300)
    const stopped = collector.stop(signal)
    await wait(200)
    for (const { finish } of slow) finish()
    expect(await Promise.all(slow.map(({ status }) => status))).toEqual(slow.map(() => 201))
    expect(await stopped).toBe(0)
    expect(await readAll(data)).toHaveLength(100)
  })

  test('a signal at its first answer, in the midst of the first start, stops it as any other does', async () => {
    const port = await freePort()
    const collector = startCli(folder, ['serve', '--port', String(port)])
    const isAnswered = (): Promise<boolean> => fetch(`http://127.0.0.1:${port}/api/health`).then(({ ok }) => ok, () => false)
    while (!(await isAnswered())) await wait(2)
    expect(await collector.stop()).toBe(0)
    expect(collector.out()).toMatch(/the dashboard’s password is {2}\S+\n[^]*Finishing open requests[^]*Stopped\. Every hit/)
  })

  test('goes on, and ends well, when nobody reads its output any more', async () => {
    const collector = await startCollector({ data: join(folder, 'data') })
    collector.child.stdout?.destroy()
    collector.child.stderr?.destroy()
    expect((await fetch(`${collector.url}/hit`, { method: 'POST', body: '{"url":"https://a.example/"}' })).status).toBe(201)
    expect(await collector.stop()).toBe(0)
  })

  test('a connection that is kept alive does not hold up the end', async () => {
    const collector = await startCollector({ data: join(folder, 'data') })
    await (await fetch(`${collector.url}/api/health`)).text()
    const started = performance.now()
    expect(await collector.stop()).toBe(0)
    expect(performance.now() - started).toBeLessThan(3000)
  })
})

describe('prune', () => {
  const fill = () =>
    fillFolder(join(folder, 'data'), [hitOf(91), hitOf(89), hitOf(200), hitOf(366, { user: 'ada' }), hitOf(364, { user: 'ada' })])

  test('PV22 deletes what is strictly older and says so in the words of the original', async () => {
    await fill()
    const dry = await run(['prune', '--dry-run'])
    expect(dry).toMatchObject({ code: 0, out: '2 anonymous pageviews would be deleted, 1 authenticated pageviews would be deleted\n' })
    expect(await readAll(join(folder, 'data'))).toHaveLength(5)

    expect(await run(['prune'])).toMatchObject({ code: 0, out: '2 anonymous pageviews deleted, 1 authenticated pageviews deleted\n' })
    expect(await readAll(join(folder, 'data'))).toHaveLength(2)
    expect((await run(['prune'])).out).toBe('0 anonymous pageviews deleted, 0 authenticated pageviews deleted\n')
  })

  test('says that their bytes go later, and by what, beside the sentence that programs read', async () => {
    await fill()
    expect((await run(['prune', '--dry-run'])).err).toBe('')
    expect((await run(['prune'])).err).toMatch(/^Nobody sees them any more\. Their bytes leave the storage within a day, .*\nwithout one, run treadlight compact tomorrow/)
    // A first round of upkeep is done: of days that are too old as a whole nothing is written anew.
    expect(await readdir(join(folder, 'data/default'))).toContain('manifest')
    expect((await run(['prune'])).err).toBe('')
  })

  test('--site prunes one site only', async () => {
    await fillFolder(join(folder, 'data'), [hitOf(91), hitOf(91, { site: 'shop' }), hitOf(92, { site: 'shop' })])
    expect((await run(['prune', '--site', 'shop', '--dry-run'])).out).toMatch(/^2 anonymous/)
    expect((await run(['prune', '--site', 'shop'])).out).toBe('2 anonymous pageviews deleted, 0 authenticated pageviews deleted\n')
    expect((await run(['prune'])).out).toMatch(/^1 anonymous/)
    expect(await run(['prune', '--site', 'typo'])).toMatchObject({
      code: 1,
      err: 'treadlight: --site typo: there is no such site here; there are default, shop\n',
    })
  })

  test('PV23 PT16 both ages are settings', async () => {
    await fill()
    const { out } = await run(['prune', '--json', '--anonymous', '1'], { TREADLIGHT_RETENTION_AUTHENTICATED: '2' })
    expect(JSON.parse(out)).toMatchObject({ anonymous: 3, authenticated: 2, dryRun: false })
    expect(await readAll(join(folder, 'data'))).toHaveLength(0)
  })
})

test('PV23 PT17 prune --newest keeps the newest hits of each site', async () => {
  await fillFolder(join(folder, 'data'), [1, 2, 3, 4, 5].map((age) => hitOf(age)))
  expect(JSON.parse((await run(['prune', '--newest', '2', '--json'])).out)).toEqual({ anonymous: 3, authenticated: 0, others: 0, dryRun: false })
  expect(await readAll(join(folder, 'data'))).toHaveLength(2)
})

test('user reset makes a password that opens, and the old one no longer does', async () => {
  const data = join(folder, 'data')
  const collector = await startCollector({ data })
  const { out } = await run(['user', 'reset', '--json', '--data', data])
  const { password } = JSON.parse(out) as { password: string }
  await logIn(collector.url, password)
  await expect(logIn(collector.url, collector.password!)).rejects.toThrow('401')
  expect(await collector.stop()).toBe(0)
})

/** A hit whose last byte waits for `finish`. */
function slowHit(url: string): { finish: () => void; status: Promise<number | undefined> } {
  const body = JSON.stringify({ url: 'https://a.example/' })
  const outgoing = request(`${url}/hit`, { method: 'POST', headers: { 'content-length': body.length } })
  outgoing.write(body.slice(0, -1))
  const status = new Promise<number | undefined>((resolve, reject) => {
    outgoing.on('response', (response) => {
      response.resume()
      resolve(response.statusCode)
    })
    outgoing.on('error', reject)
  })
  return {
    finish: () => outgoing.end(body.slice(-1)),
    status,
  }
}

async function readAll(base: string): Promise<StoredHit[]> {
  const store = await createStore(await openStorage({ driver: 'fs', base }))
  const hits: StoredHit[] = []
  for await (const hit of store.hits({ site: 'default' })) hits.push(hit)
  await store.close()
  return hits
}

async function shell(command: string): Promise<{ stdout: string }> {
  const child = spawn('sh', ['-c', command], { stdio: ['ignore', 'pipe', 'inherit'] })
  let stdout = ''
  child.stdout.on('data', (chunk) => (stdout += chunk))
  await once(child, 'close')
  return { stdout }
}
