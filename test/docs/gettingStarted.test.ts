import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { signUser, verifyUser } from '@treadlight/protocol'
import { startCollector } from '../process/collectorProcess.ts'
import { createTemporaryDirectory } from '../store/temporaryDirectory.ts'
import { blocksOf } from './documents.ts'

const run = promisify(execFile)

test('docs/getting-started.md: a collector that is new answers the first hit as it says, and the script of its tag is there', async () => {
  const blocks = blocksOf('docs/getting-started.md')
  const collector = await startCollector({ data: join(await createTemporaryDirectory(), 'data') })
  onTestFinished(async () => void (await collector.stop()))
  expect(collector.password).toMatch(/^\S{10,}$/)
  const curl = blocks.find(({ code }) => code.startsWith('curl '))!.code
  const { stdout } = await run('sh', ['-c', curl.replace('http://127.0.0.1:4600', collector.url)], { env: { ...process.env, no_proxy: '127.0.0.1' } })
  expect(JSON.parse(stdout)).toEqual(JSON.parse(blocks.find(({ language }) => language === 'json')!.code))
  const tag = blocks.find(({ language }) => language === 'html')!.code.trim()
  expect(collector.output()).toContain(tag.replace('http://127.0.0.1:4600', collector.url))
  expect((await fetch(`${collector.url}/t.js`)).status).toBe(200)
})

test('docs/privacy.md: what its Python signs, the collector believes', async ({ skip }) => {
  const { code } = blocksOf('docs/privacy.md').find(({ language }) => language === 'python')!
  const secret = 'k3Jx0v9QmT7wYp2LrZ8bNd4sHf6gCa1E'
  const { stdout } = await run('python3', ['-c', `${code}\nprint(sign_user("ada", ${JSON.stringify(secret)}))`]).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') skip('there is no python3 here')
    throw error
  })
  expect(await verifyUser(stdout.trim(), { secrets: [secret], time: Date.now() })).toMatchObject({ claims: { user: 'ada' } })
  expect(stdout.split('.')).toHaveLength((await signUser({ user: 'ada' }, secret)).split('.').length)
})
