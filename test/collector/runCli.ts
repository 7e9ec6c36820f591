import { createId } from '@treadlight/protocol'
import { createStore, openStorage, type StoredHit } from '@treadlight/store'
import { spawn } from 'node:child_process'
import { once } from 'node:events'

/** The built CLI. */
export const cli: string = new URL('../../packages/collector/bin/treadlight.mjs', import.meta.url).pathname

export interface CliResult {
  code: number | null
  out: string
  err: string
}

/** Runs the built CLI in a folder, until it ends. */
export async function runCli(folder: string, args: string[], env: Record<string, string> = {}): Promise<CliResult> {
  const child = spawn(process.execPath, [cli, ...args], { cwd: folder, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
  let out = ''
  let err = ''
  child.stdout.on('data', (chunk) => (out += chunk))
  child.stderr.on('data', (chunk) => (err += chunk))
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, out, err }
}

/** A running command, and what it printed so far. */
export interface RunningCli {
  out(): string
  err(): string
  /** Answers the exit code. */
  stop(): Promise<number | null>
}

/** Starts the built CLI in a folder; it runs until it is stopped. */
export function startCli(folder: string, args: string[], env: Record<string, string> = {}): RunningCli {
  const child = spawn(process.execPath, [cli, ...args], { cwd: folder, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
  const closed = once(child, 'close') as Promise<[number | null]>
  let [out, err] = ['', '']
  child.stdout.on('data', (chunk) => (out += chunk))
  child.stderr.on('data', (chunk) => (err += chunk))
  return {
    out: () => out,
    err: () => err,
    async stop() {
      child.kill('SIGTERM')
      return (await closed)[0]
    },
  }
}

export const day = 86_400_000

/** A pageview of some days ago. */
export function hitOf(age: number, fields: Partial<StoredHit> = {}): StoredHit {
  const time = Date.now() - age * day
  const id = createId(time)
  return {
    id, user: '', time, received: time, site: 'default', origin: 'import', type: 'pageview', view: id,
    day: new Date(time).toISOString().slice(0, 10), url: 'https://a.example/', title: '', referrer: '', hostname: 'a.example', path: '/',
    referrerHost: '', source: '', medium: '', campaign: '', visitor: 'v', session: '', ...fields,
  }
}

/** Stores hits in a folder as a collector did that ran `age` days ago. */
export async function fillFolder(base: string, hits: readonly StoredHit[], age = 2): Promise<void> {
  const opened = await openStorage({ driver: 'fs', base })
  const store = await createStore({ ...opened, now: () => Date.now() - age * day })
  await store.append(hits)
  await store.close()
  await opened.storage.dispose()
}
