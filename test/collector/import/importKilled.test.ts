import { createStore, openStorage } from '@treadlight/store'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { cli } from '../runCli.ts'

/** More than are stored at a time, so that some are stored while others are still to be read. */
const lines = 32_000
const perDay = 8000
const day = 86_400_000
const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'

/** A log of some days in the order of time, no two at one time. */
function makeLog(start: number): string {
  const made: string[] = []
  for (let number = 0; number < lines; number++) {
    const [, date, month, year, clock] = /, (\d+) (\w+) (\d+) ([\d:]+)/.exec(new Date(start + Math.floor((number * day) / perDay)).toUTCString())!
    made.push(`203.0.113.${number % 200} - - [${date}/${month}/${year}:${clock} +0000] "GET /${number % 100} HTTP/1.1" 200 1 "-" "${firefox}"\n`)
  }
  return made.join('')
}

test('an import that is killed in the midst goes on when it is started again: every hit is there, and once', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'treadlight-import-'))
  const data = join(folder, 'data')
  const args = [cli, 'import', join(folder, 'access.log'), '--data', data, '--json', '--host', 'a.example']
  try {
    writeFileSync(join(folder, 'access.log'), makeLog((Math.floor(Date.now() / day) - 10) * day))
    const child = spawn(process.execPath, args, { cwd: folder, stdio: 'ignore' })
    const ended = once(child, 'exit')
    // The note of how far it has come, and so some hits, are there; and it is not through.
    // By its whole name: its folder and the file that becomes it are there before it.
    const isNoted = (): boolean => existsSync(data) && readdirSync(data, { recursive: true }).some((name) => /import[:/][0-9a-f]{24}-[0-9a-f]{12}-[0-9a-f]{12}$/.test(String(name)))
    while (!isNoted() && child.exitCode === null) await sleep(2)
    child.kill('SIGKILL')
    expect(await ended).toEqual([null, 'SIGKILL'])

    const { stdout, stderr, status } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' })
    expect(stderr).toContain('it goes on at line')
    expect(status).toBe(0)
    const { stored } = JSON.parse(stdout) as { stored: number }
    expect(stored).toBeGreaterThan(0)
    expect(stored).toBeLessThan(lines)

    const opened = await openStorage({ driver: 'fs', base: data })
    const store = await createStore({ ...opened })
    const times: number[] = []
    for await (const { time } of store.hits({ site: 'default', order: 'oldest' })) times.push(time)
    await store.close()
    expect(times).toHaveLength(lines)
    expect(new Set(times).size).toBe(lines)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}, 60_000)
