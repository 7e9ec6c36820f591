import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createId } from '@treadlight/protocol'
import { logIn, startCollector, type CollectorProcess } from '../process/collectorProcess.ts'
import { readStoredIds } from './readStoredIds.ts'
import { runCli } from './runCli.ts'

let folder: string
let data: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'treadlight-workers-'))
  data = join(folder, 'data')
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const start = (env: Record<string, string> = {}): Promise<CollectorProcess> => startCollector({ data, env: { TREADLIGHT_WORKERS: '2', ...env } })

/** Sends hits on connections of their own, until each is answered 201. */
async function send(url: string, count: number): Promise<string[]> {
  const ids = Array.from({ length: count }, () => createId(Date.now()))
  await Promise.all(
    ids.map(async (id) => {
      const response = await fetch(`${url}/hit`, { method: 'POST', headers: { connection: 'close' }, body: JSON.stringify({ id, url: 'https://a.example/' }) })
      expect(response.status).toBe(201)
    }),
  )
  return ids
}

/** Names of the files of arrivals: minute, writer, number. */
async function batchesIn(base: string): Promise<string[]> {
  return readdir(join(base, 'default/batch'))
}

async function workersOf({ child }: CollectorProcess): Promise<number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const stats = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')))
  return stats.filter((stat) => stat.split(') ')[1]?.split(' ')[1] === String(child.pid)).map((stat) => parseInt(stat))
}

async function untilWorkers(collector: CollectorProcess, isEnough: (pids: number[]) => boolean): Promise<number[]> {
  for (;;) {
    const pids = await workersOf(collector)
    if (isEnough(pids)) return pids
    await wait(50)
  }
}

describe('serve --workers', () => {
  test('several processes share a port and a storage, print one password and end with 0', async () => {
    const collector = await start()
    await untilWorkers(collector, (pids) => pids.length === 2)
    // The second listens a moment after it is there: then each of them writes.
    const ids: string[] = []
    do ids.push(...(await send(collector.url, 20)))
    while (new Set((await batchesIn(data)).map((name) => name.split('-')[2])).size < 2)
    const query = await logIn(collector.url, collector.password!)
    // Whoever answers knows the hits of both, a moment later at most.
    await expect.poll(async () => (await query({ metrics: ['pageviews'], date_range: 'all' })).results[0]!.metrics, { timeout: 10_000 }).toEqual([ids.length])
    expect(collector.output().match(/password is/g)).toHaveLength(1)
    expect(await collector.stop()).toBe(0)
    expect(await readStoredIds(data)).toEqual(ids.toSorted())
    expect(collector.output().match(/Stopped/g)).toHaveLength(1)
  })

  test('one that dies is started again, on the same port', async () => {
    const collector = await start()
    const [victim] = await untilWorkers(collector, (pids) => pids.length === 2)
    process.kill(victim!, 'SIGKILL')
    await untilWorkers(collector, (pids) => !pids.includes(victim!))
    await expect.poll(() => collector.output()).toMatch(/a worker ended with SIGKILL: it is started again in 1 s/)
    await untilWorkers(collector, (pids) => pids.length === 2)
    const health = (): Promise<number> => fetch(`${collector.url}/api/health`).then((response) => response.status, () => 0)
    await expect.poll(health, { timeout: 10_000 }).toBe(200)
    await send(collector.url, 20)
    expect(await collector.stop(), collector.output()).toBe(0)
  })

  test('/metrics and /api/drops are those of all, whoever answers, also of one that has died', async () => {
    const collector = await start({ TREADLIGHT_METRICS: 'open' })
    const pids = await untilWorkers(collector, (found) => found.length === 2)
    let sent = 0
    do sent += (await send(collector.url, 20)).length
    while (new Set((await batchesIn(data)).map((name) => name.split('-')[2])).size < 2)
    const post = (body: string): Promise<Response> => fetch(`${collector.url}/hit`, { method: 'POST', headers: { connection: 'close' }, body })
    for (let count = 0; count < 10; count++) await post('{"url":"https://a.example/","site":"nowhere"}')
    const read = async (): Promise<{ stored: number; processes: number; dropped: number }> => {
      const text = await (await fetch(`${collector.url}/metrics`, { headers: { connection: 'close' } })).text()
      const valueOf = (name: string): number => Number(text.split('\n').find((line) => line.startsWith(`${name} `))?.split(' ').at(-1))
      return { stored: valueOf('treadlight_hits_total{outcome="stored"}'), processes: valueOf('treadlight_processes'), dropped: valueOf('treadlight_hits_dropped_total{reason="site"}') }
    }
    for (let count = 0; count < 8; count++) expect(await read()).toEqual({ stored: sent, processes: 2, dropped: 10 })

    const login = await fetch(`${collector.url}/api/login`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ password: collector.password }) })
    const cookie = login.headers.getSetCookie()[0]!.split(';')[0]!
    for (let count = 0; count < 4; count++) {
      const drops = (await (await fetch(`${collector.url}/api/drops`, { headers: { connection: 'close', cookie } })).json()) as { days: unknown[]; samples: { site: unknown[] } }
      expect(drops.days).toMatchObject([{ reasons: { site: 10 } }])
      expect(drops.samples.site).toHaveLength(5)
    }

    process.kill(pids[1]!, 'SIGKILL')
    await untilWorkers(collector, (found) => !found.includes(pids[1]!))
    expect(await read()).toEqual({ stored: sent, processes: 1, dropped: 10 })
    await expect.poll(read, { timeout: 10_000 }).toEqual({ stored: sent, processes: 2, dropped: 10 })
    expect(await collector.stop(), collector.output()).toBe(0)
  }, 60_000)

  test('they end with their supervisor, however it ends', async () => {
    const collector = await start()
    const pids = await untilWorkers(collector, (found) => found.length === 2)
    await send(collector.url, 20)
    await collector.stop('SIGKILL')
    const isThere = (pid: number): boolean => {
      try {
        return process.kill(pid, 0)
      } catch {
        return false
      }
    }
    await expect.poll(() => pids.filter(isThere), { timeout: 10_000 }).toEqual([])
    expect(await readStoredIds(data)).toHaveLength(20)
  })

  test.each([
    ['a text file', { TREADLIGHT_STORE_TYPE: 'ndjson' }, 'cannot share the text file of store.type ndjson, which one process writes'],
    ['memory', { TREADLIGHT_STORAGE_DRIVER: 'memory' }, 'cannot share storage.driver memory, which is each process’s own'],
  ])('%s takes one process only', async (_, env, reason) => {
    const { code, err } = await runCli(folder, ['serve', '--port', '0', '--workers', '2'], env as Record<string, string>)
    expect(err).toBe(`treadlight: workers: 2 ${reason}: set workers to 1 or leave it out\n`)
    expect(code).toBe(1)
  })

  test('what is wrong is said once', async () => {
    const { code, err } = await runCli(folder, ['serve', '--host', '203.0.113.7', '--port', '0', '--workers', '2'])
    expect(err).toMatch(/^treadlight: host 203\.0\.113\.7: this machine has no such address; [^\n]*\n$/)
    expect(code).toBe(1)
  })

  test('a number of them, or auto', async () => {
    expect(await runCli(folder, ['serve', '--workers', 'many'])).toMatchObject({ code: 1, err: expect.stringContaining('workers: "many" (flag) must be a number of processes') })
  })
})
