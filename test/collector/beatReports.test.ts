import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startCollector } from '../process/collectorProcess.ts'
import { runCli } from './runCli.ts'

// From the form that a page of django-pagetimer posts to the file that its owner downloads, through a collector of its own.

test('PT02, PT04, PT06, PT13, PT14: beats come out as CSV, and with --anonymize under other names', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'treadlight-beats-'))
  const collector = await startCollector({ data: join(folder, 'data') })
  try {
    const browsers = ['Firefox/140.0', 'Firefox/141.0']
    for (const [index, path] of ['/a?b=1', '/=cmd', '/a'].entries()) {
      const response = await fetch(`${collector.url}/pagetimer/`, {
        method: 'POST',
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          referer: 'https://shop.example/a',
          'user-agent': `Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 ${browsers[index % 2]}`,
        },
        body: `path=${encodeURIComponent(path)}`,
      })
      expect([response.status, await response.json()]).toEqual([200, { status: 'ok' }])
    }
    const report = async (...more: string[]): Promise<string[][]> => {
      const { code, out } = await runCli(folder, ['export', '--report', 'pagetimer', ...more], { TREADLIGHT_TIMEZONE: 'UTC' })
      expect(code).toBe(0)
      return out.trimEnd().split('\r\n').map((line) => line.split(','))
    }
    const [head, ...rows] = await report()
    expect(head).toEqual(['timestamp', 'username', 'session_key', 'ipaddress', 'path'])
    expect(rows.map(([, username, , address, path]) => [username, address, path])).toEqual([
      ['anonymous', '', '/a'],
      ['anonymous', '', '/=cmd'],
      ['anonymous', '', '/a'],
    ])
    const keysOf = (list: string[][]): string[] => list.map((row) => row[2]!)
    const [first, second, third] = keysOf(rows)
    expect(first).toMatch(/^[0-9a-f]{28}$/)
    expect([third, second === first]).toEqual([first, false])
    const [once, again] = [keysOf((await report('--anonymize')).slice(1)), keysOf((await report('--anonymize')).slice(1))]
    expect(once[0]).toBe(once[2])
    expect(new Set([first, once[0], again[0]]).size).toBe(3)
  } finally {
    await collector.stop()
    await rm(folder, { recursive: true, force: true })
  }
})
