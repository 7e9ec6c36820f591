import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { serve as listen } from 'srvx'
import { expect, onTestFinished, test } from 'vitest'
import { dialects } from '../../packages/collector/src/dialects/dialects.ts'
import { createTestCollector } from '../collector/collector.ts'

const page = await readFile(new URL('../../docs/dialects.md', import.meta.url), 'utf8')

test('docs/dialects.md: the first request is answered as it says, and stored', async () => {
  const { collector, stored } = createTestCollector()
  const server = listen({ fetch: collector.fetch, port: 0, hostname: '127.0.0.1', silent: true, gracefulShutdown: false })
  await server.ready()
  onTestFinished(() => server.close(true))
  const [, command] = /^```sh\n(curl [\s\S]*?)^```$/m.exec(page)!
  const { stdout } = await promisify(execFile)('sh', ['-c', command!.replace('https://stats.example/', server.url!)], { env: { ...process.env, no_proxy: '127.0.0.1' } })
  expect(stdout).toMatch(/^HTTP\/1\.1 202 [\s\S]*\r\n\r\nok$/)
  expect(await stored()).toMatchObject([{ type: 'pageview', path: '/cart', source: 'news', browser: 'Firefox' }])
})

test('docs/dialects.md: the table has every dialect with all its paths', () => {
  const rows = [...page.matchAll(/^\| [^|]+ \| `([a-z0-9-]+)` \| ([^|]+) \|/gm)].map(([, name, paths]) => [name, [...paths!.matchAll(/`([^`]+)`/g)].map(([, path]) => path)])
  expect(rows.toSorted()).toEqual(dialects.map(({ name, paths }) => [name, [...paths]]).toSorted())
})
