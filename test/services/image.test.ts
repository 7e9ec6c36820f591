import { createStore, openStorage } from '@treadlight/store'
import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, chownSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { environmentOf, lastOf, readDockerfile, type Stage } from '../deploy/dockerfile.ts'
import { canMount } from '../drivers/readOnlyFolder.ts'
import { freePort } from '../process/collectorProcess.ts'

/**
 * What `docker build` and `docker run --read-only` do of our Dockerfile, done without Docker: each stage has a root of its own in a mount
 * namespace, in which this machine's /usr stands for the base image.
 */
const root = fileURLToPath(new URL('../../', import.meta.url))
const [build, last] = readDockerfile(join(root, 'Dockerfile')) as [Stage, Stage]
const environment = environmentOf(last)
const [uid, gid] = lastOf(last, 'USER').split(':').map(Number) as [number, number]
const volume = lastOf(last, 'VOLUME')

let folder: string
let roots: Record<string, string>

/** A command line of the shell that goes into a root of its own. */
function enter(place: string, { cwd, readOnly, user, env, mounts = {} }: { cwd: string; readOnly: boolean; user?: string; env: Record<string, string>; mounts?: Record<string, string> }): string {
  const system = ['usr', 'bin', 'sbin', 'lib', 'lib64', 'etc'].filter((name) => existsSync(`/${name}`))
  const variables = Object.entries(env).map(([name, value]) => `'${name}=${value}'`).join(' ')
  return [
    'set -e',
    'mount --make-rprivate /',
    // A mount of its own, so that it can be read-only.
    `mount --bind ${place} ${place}`,
    ...system.map((name) => `mkdir -p ${place}/${name}; mount --rbind /${name} ${place}/${name}; mount -o remount,bind,ro ${place}/${name}`),
    `mkdir -p ${place}/proc ${place}/dev`,
    `mount -t proc proc ${place}/proc; mount --rbind /dev ${place}/dev`,
    ...(readOnly ? [`mount -o remount,bind,ro ${place}`] : [`mkdir -p ${place}/tmp`]),
    ...Object.entries(mounts).map(([from, to]) => `mount --bind ${from} ${place}${to}`),
    `exec chroot ${place} /usr/bin/env -i ${variables} ${user ?? ''} sh -c 'cd ${cwd} && exec "$@"' sh "$@"`,
  ].join('\n')
}

/** As COPY has it; .dockerignore holds for the checkout alone. */
function copyInto(place: string, cwd: string, { text, flags }: Stage['instructions'][number]): void {
  const [from, to] = text.split(' ') as [string, string]
  const target = to === '.' ? join(place, cwd) : join(place, to)
  const ignored = readFileSync(join(root, '.dockerignore'), 'utf8').split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  const names = new Set(ignored.filter((line) => line.startsWith('**/')).map((line) => line.slice(3)))
  const isIgnored = (path: string): boolean => {
    const relative = path.slice(root.length)
    return relative !== '' && (ignored.includes(relative) || relative.split('/').some((part) => names.has(part)))
  }
  mkdirSync(dirname(target), { recursive: true })
  if (flags['from'] === undefined) cpSync(join(root, from), target, { recursive: true, verbatimSymlinks: true, filter: (path) => !isIgnored(path) })
  else cpSync(join(roots[flags['from']]!, from), target, { recursive: true, verbatimSymlinks: true })
  const [owner, group] = (flags['chown'] ?? '0:0').split(':').map(Number) as [number, number]
  chownSync(target, owner, group)
  if (flags['from'] !== undefined) chmodSync(target, statSync(join(roots[flags['from']]!, from)).mode)
}

function perform({ instructions }: Stage, place: string): void {
  let cwd = '/'
  mkdirSync(place, { recursive: true })
  chmodSync(place, 0o755)
  for (const instruction of instructions) {
    const { name, text } = instruction
    if (name === 'WORKDIR') mkdirSync(join(place, (cwd = text)), { recursive: true })
    if (name === 'COPY') copyInto(place, cwd, instruction)
    // What the network is needed for is left out: the packages of this checkout are those of its lock file.
    if (name === 'RUN' && !text.startsWith('npm ci ')) runIn(place, cwd, text)
  }
}

function runIn(place: string, cwd: string, command: string): void {
  const env = { PATH: process.env['PATH']!, HOME: '/tmp' }
  const mounts = { [`${root}node_modules`]: `${cwd}/node_modules` }
  mkdirSync(join(place, cwd, 'node_modules'), { recursive: true })
  execFileSync('unshare', ['--mount', '--pid', '--fork', 'sh', '-c', enter(place, { cwd, readOnly: false, env, mounts }), 'sh', 'sh', '-c', command], { stdio: 'pipe' })
}

/** `docker run --read-only --cap-drop ALL`, with a volume. */
function runImage(args: readonly string[], env: Record<string, string>, data: string): ChildProcess {
  const user = `setpriv --reuid=${uid} --regid=${gid} --clear-groups --no-new-privs --bounding-set=-all --inh-caps=-all`
  const script = enter(roots['']!, { cwd: lastOf(last, 'WORKDIR'), readOnly: true, user, env: { ...environment, ...env }, mounts: { [data]: volume } })
  return spawn('unshare', ['--mount', '--pid', '--fork', '--kill-child', 'sh', '-c', script, 'sh', ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
}

/** Sends a signal to what is PID 1 in there, as `docker stop` does. */
function signalFirst(child: ChildProcess, signal: NodeJS.Signals): void {
  const inner = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').trim()
  process.kill(Number(inner), signal)
}

async function outputOf(child: ChildProcess): Promise<[code: number | null, output: string]> {
  let output = ''
  child.stdout?.on('data', (chunk) => (output += chunk))
  child.stderr?.on('data', (chunk) => (output += chunk))
  const [code] = (await once(child, 'close')) as [number | null]
  return [code, output]
}

async function until<T>(look: () => Promise<T | undefined>): Promise<T> {
  for (const started = Date.now(); Date.now() - started < 20_000; await new Promise((resolve) => setTimeout(resolve, 50))) {
    const found = await look().catch(() => undefined)
    if (found !== undefined) return found
  }
  throw new Error('it did not come')
}

describe.skipIf(!canMount)('the image, read-only, as a user of its own', () => {
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'treadlight-image-'))
    chmodSync(folder, 0o755)
    roots = { build: join(folder, 'build'), '': join(folder, 'image') }
    perform(build, roots['build']!)
    perform(last, roots['']!)
  }, 300_000)
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  /** A volume as Docker makes one: with owner and mode of what the image has there. */
  function makeVolume(name: string): string {
    const data = join(folder, name)
    cpSync(join(roots['']!, volume), data, { recursive: true })
    const { mode } = statSync(join(roots['']!, volume))
    chownSync(data, uid, gid)
    chmodSync(data, mode)
    return data
  }
  const command = [...(JSON.parse(lastOf(last, 'ENTRYPOINT')) as string[]), ...(JSON.parse(lastOf(last, 'CMD')) as string[])]
  const health = JSON.parse(lastOf(last, 'HEALTHCHECK').replace(/^(?:--\S+ )*CMD /, '')) as string[]

  test('it takes a hit, is healthy, stops by SIGTERM as PID 1 at once, and has the hit', async () => {
    const data = makeVolume('data')
    const port = String(await freePort())
    const env = { TREADLIGHT_PORT: port, TREADLIGHT_HOST: '127.0.0.1' }
    const child = runImage(command, env, data)
    const ended = outputOf(child)
    await until(async () => (await fetch(`http://127.0.0.1:${port}/api/health`)).ok || undefined)
    expect((await outputOf(runImage(health, env, data)))[0]).toBe(0)
    const answer = await fetch(`http://127.0.0.1:${port}/hit`, { method: 'POST', headers: { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0' }, body: JSON.stringify({ url: 'https://a.example/' }) })
    expect(answer.status).toBe(201)
    // As `docker exec` does.
    expect((await outputOf(runImage(['treadlight', 'export', '--to', '2100-01-01'], env, data)))[1]).toContain('https://a.example/')
    const asked = Date.now()
    signalFirst(child, 'SIGTERM')
    const [code, output] = await ended
    expect([code, Date.now() - asked < 3000]).toEqual([0, true])
    expect(output).toContain('Every hit that was answered 201 is stored')
    expect((await outputOf(runImage(health, env, data)))[0]).toBe(1)

    const { storage, durability } = await openStorage({ driver: 'fs', base: data })
    const store = await createStore({ storage, durability })
    expect((await store.sites()).toSorted()).toEqual(['default'])
    for await (const { url } of store.hits({ site: 'default' })) expect(url).toBe('https://a.example/')
    await store.close()
    await storage.dispose()
    // All of it is the user's, and nobody else's to read.
    expect(spawnSync('find', [data, '!', '-uid', String(uid), '-o', '-type', 'f', '-perm', '/077'], { encoding: 'utf8' }).stdout).toBe('')
  }, 60_000)

  test('several workers too; nothing but the volume can be written, and there is no other user', async () => {
    const data = makeVolume('workers')
    const port = String(await freePort())
    const env = { TREADLIGHT_PORT: port, TREADLIGHT_HOST: '127.0.0.1', TREADLIGHT_WORKERS: '2' }
    const child = runImage(command, env, data)
    const ended = outputOf(child)
    await until(async () => (await fetch(`http://127.0.0.1:${port}/api/health`)).ok || undefined)
    const [, tried] = await outputOf(runImage(['sh', '-c', 'id -u; touch /app/x /app/node_modules/x /tmp/x 2>&1; touch /app/data/x && rm /app/data/x && echo written'], env, data))
    expect(tried.split('\n')[0]).toBe(String(uid))
    expect(tried.match(/Read-only file system|No such file/g)).toHaveLength(3)
    expect(tried).toContain('written')
    signalFirst(child, 'SIGTERM')
    expect((await ended)[0]).toBe(0)
  }, 60_000)

  test('what is in it: a few MB, and nothing of the checkout beside it', () => {
    const size = Number(execFileSync('du', ['-sk', join(roots['']!, 'app')], { encoding: 'utf8' }).split('\t')[0])
    console.log(`/app of the image: ${(size / 1000).toFixed(1)} MB (du -sk)`)
    expect(size).toBeLessThan(13_000)
    expect(existsSync(join(roots['build']!, 'src/test'))).toBe(false)
    expect(existsSync(join(roots['build']!, 'src/.git'))).toBe(false)
    expect(existsSync(join(roots['']!, 'src'))).toBe(false)
  })
})
