import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { loadConfig } from '../../packages/collector/src/config.ts'
import { serve, type RunningCollector } from '../../packages/collector/src/serve.ts'
import { rangeNames } from '../../packages/collector/src/stats/dateRange.ts'
import { dimensionNames, metricNames, operatorNames, timeNames } from '../../packages/collector/src/stats/names.ts'
import { importCode } from './importCode.ts'

const page = await readFile(new URL('../../docs/stats-api.md', import.meta.url), 'utf8')
const blocks = [...page.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(([, language, code]) => ({ language, code: code! }))
const commands = blocks.filter(({ language }) => language === 'sh').map(({ code }) => code)

let folder: string
let running: RunningCollector
let token: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'treadlight-docs-'))
  const env = { TREADLIGHT_TIMEZONE: 'UTC', TREADLIGHT_STORAGE_SYNC: 'false', TREADLIGHT_STORAGE_BASE: join(folder, 'data'), PORT: '0' }
  running = await serve({ config: { ...(await loadConfig({ env, folder })), host: '127.0.0.1' } })
  token = (await running.collector.tokens.create('docs', ['stats'])).token
  for (const [path, agent] of [['/', 'Windows NT 10.0'], ['/', 'Windows NT 10.0'], ['/', 'X11; Linux'], ['/blog/1', 'X11; Linux']])
    await fetch(`${running.url}/hit`, { method: 'POST', headers: { 'user-agent': `Mozilla/5.0 (${agent}) Chrome/140.0` }, body: JSON.stringify({ url: `https://shop.example${path}` }) })
})
afterAll(async () => {
  await running.close()
  await rm(folder, { recursive: true, force: true })
})

/** What a command prints, by lines of answers. curl's 28 is that of `--max-time`. */
function run(command: string): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile('sh', ['-c', command.replaceAll('curl ', 'curl -sS --fail-with-body -w "\\n" ')], { env: { ...process.env, COLLECTOR: running.url, TOKEN: token } }, (error, out) => {
      if (error && error.code !== 28) reject(new Error(`${command}\n${out}`, { cause: error }))
      else resolve(out)
    })
  })
}

test('docs/stats-api.md: what it begins with answers what it says', async () => {
  const { results } = JSON.parse(blocks.find(({ language }) => language === 'json')!.code) as { results: unknown }
  expect((JSON.parse(await run(commands[0]!)) as { results: unknown }).results).toEqual(results)
})

test.each(commands)('docs/stats-api.md: %s', async (command) => {
  const out = await run(command)
  if (command.includes('text/csv')) expect(out).toMatch(/^visit:source,visitors,bounce_rate\r\nDirect \/ None,2,/)
  else if (command.includes('api/realtime')) expect(out).toMatch(/^event: realtime\ndata: \{"visitors":2,"hits":4,"latest":"[\da-f-]{36}"\}\n/)
  else if (command.includes('api/props')) expect(JSON.parse(out)).toEqual({ site_id: 'default', keys: [], events: 0, complete: true })
  else for (const line of out.trim().split('\n')) expect(JSON.parse(line)).toHaveProperty('results')
})

test('docs/stats-api.md: the client', async () => {
  vi.stubEnv('COLLECTOR', running.url)
  vi.stubEnv('TOKEN', token)
  const log = vi.spyOn(console, 'log').mockReturnValue()
  const code = blocks.find(({ language }) => language === 'ts')!.code.replace("'treadlight/client'", "'../../packages/collector/src/client.ts'")
  await importCode('statsClient', code)
  expect(log.mock.calls).toEqual([['Direct / None', 2, 0]])
  vi.unstubAllEnvs()
  log.mockRestore()
})

test('docs/stats-api.md: every name that may be asked for is there', () => {
  const touch = /^(first|last):/
  for (const name of [...metricNames, ...operatorNames, ...timeNames, ...dimensionNames.filter((name) => !touch.test(name))]) expect(page).toContain(`\`${name}\``)
  for (const name of rangeNames.filter((name) => !name.endsWith('_to_date'))) expect(page).toContain(`\`${name}\``)
})
