import { createValues } from '@treadlight/store'
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { serve as listen } from 'srvx'
import { createStorage } from 'unstorage'
import { expect, onTestFinished, test } from 'vitest'
import { createTokens } from '../../packages/collector/src/admin/tokens.ts'
import { createTestCollector, noon, type TestCollector } from './collector.ts'

const page = await readFile(new URL('../../docs/collector.md', import.meta.url), 'utf8')

/** Runs the requests of a section as they are written, but to a collector of the test's; answers what is printed and stored. */
async function runSection(title: string): Promise<[string, unknown[]]> {
  const section = page.split(/^## /m).find((part) => part.startsWith(`${title}\n`))!
  const commands = [...section.matchAll(/^```sh\n(curl .*?)^```$/gms)].map(([, command]) => command!)
  expect(commands).toHaveLength(1)
  const values = createValues(createStorage())
  const { token } = await createTokens(values, () => noon).create('shop', ['hits'])
  const { collector, stored }: TestCollector = createTestCollector({ values })
  const server = listen({ fetch: collector.fetch, port: 0, hostname: '127.0.0.1', silent: true, gracefulShutdown: false })
  await server.ready()
  onTestFinished(() => server.close(true))
  const command = commands[0]!.replace('https://stats.example/', server.url!)
  const { stdout } = await promisify(execFile)('sh', ['-c', command], { env: { ...process.env, TOKEN: token, no_proxy: '127.0.0.1' } })
  return [stdout, await stored()]
}

test('docs/collector.md: a hit from a server is its visitor’s', async () => {
  const [printed, stored] = await runSection('Hits from servers')
  expect(JSON.parse(printed)).toMatchObject({ stored: 1, refused: [] })
  expect(stored).toMatchObject([{ origin: 'server', source: 'news', browser: 'Firefox', language: 'de-CH' }])
})

test('docs/collector.md: a beat', async () => {
  const [printed, stored] = await runSection('Beats of django-pagetimer')
  expect(printed).toBe('{"status":"ok"}')
  expect(stored).toMatchObject([{ name: 'pagetimer', url: 'https://shop.example/courses/1?page=2' }])
})
