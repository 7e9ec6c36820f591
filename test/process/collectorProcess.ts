import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'

const cli = new URL('../../packages/collector/bin/treadlight.mjs', import.meta.url).pathname

export interface CollectorProcess {
  url: string
  child: ChildProcess
  /** All that it printed so far. */
  output: () => string
  /** The password that a first start prints. */
  password: string | undefined
  /** Sends the signal and answers the exit code once the process is gone; null where the signal ended it. */
  stop(signal?: NodeJS.Signals): Promise<number | null>
}

export interface CollectorProcessOptions {
  /** Folder of its data. */
  data: string
  port?: number
  env?: Record<string, string>
  /** Whether the terminal's Ctrl-C is not for it: who started it ends it. @default false */
  detached?: boolean
}

/** Starts the built collector as its own process and waits until it listens. */
export async function startCollector({ data, port = 0, env = {}, detached = false }: CollectorProcessOptions): Promise<CollectorProcess> {
  const child = spawn(process.execPath, [cli, 'serve'], {
    // Browsers that tests drive are their visitors.
    env: { ...process.env, PORT: String(port), TREADLIGHT_STORAGE_BASE: data, TREADLIGHT_TIMEZONE: 'UTC', TREADLIGHT_BOTS_AUTOMATION: 'count', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached,
  })
  let output = ''
  const exited = once(child, 'exit') as Promise<[number | null]>
  const url = await new Promise<string>((resolve, reject) => {
    const read = (chunk: Buffer): void => {
      output += chunk.toString()
      const found = /Dashboard\s+(http:\S+)\/dashboard\/\n[\s\S]*Time zone[^\n]*\n/.exec(output)
      if (found) resolve(found[1]!)
    }
    child.stdout.on('data', read)
    child.stderr.on('data', read)
    void exited.then(([code]) => reject(new Error(`the collector ended with ${code} before it listened:\n${output}`)))
  })
  return {
    url,
    child,
    output: () => output,
    get password() {
      return /password is\s+(\S+)/.exec(output)?.[1]
    },
    async stop(signal = 'SIGTERM') {
      child.kill(signal)
      const [code] = await exited
      return code
    },
  }
}

/** A port that was free a moment ago: for a server that has to come back where it was. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

/** Logs in at a collector and answers a function that asks its stats API. */
export async function logIn(url: string, password: string): Promise<(query: object, at?: string) => Promise<StatsAnswer>> {
  const response = await fetch(`${url}/api/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ password }),
  })
  if (response.status !== 204) throw new Error(`log-in answered ${response.status}: ${await response.text()}`)
  const cookie = response.headers.getSetCookie().map((line) => line.split(';')[0]).join('; ')
  return async (query, at = url) => {
    const answer = await fetch(`${at}/api/v2/query`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', cookie },
      body: JSON.stringify({ site_id: 'default', ...query }),
    })
    if (answer.status !== 200) throw new Error(`query answered ${answer.status}: ${await answer.text()}`)
    return (await answer.json()) as StatsAnswer
  }
}

export interface StatsAnswer {
  results: { dimensions: string[]; metrics: number[] }[]
  meta: { time_labels?: string[]; total_rows?: number }
}
