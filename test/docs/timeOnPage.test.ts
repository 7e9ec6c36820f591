import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { fillFolder, hitOf, runCli } from '../collector/runCli.ts'

const page = await readFile(new URL('../../docs/time-on-page.md', import.meta.url), 'utf8')
const commands = /^```sh\n(.*?)^```$/ms.exec(page)![1]!.trim().split('\n')

test('PT13 PT15 PT19 docs/time-on-page.md: what it begins with runs', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'treadlight-docs-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  await fillFolder(join(folder, 'data'), [hitOf(3, { user: 'ann' }), hitOf(4)])
  const said: string[] = []
  for (const command of commands) {
    const words = command.replace(/ +#.*/, '').match(/"[^"]*"|\S+/g)!.map((word) => word.replaceAll('"', ''))
    expect(words.splice(0, 2)).toEqual(['npx', 'treadlight'])
    const { code, out } = await runCli(folder, words)
    expect([command, code]).toEqual([command, 0])
    said.push(out)
  }
  expect(said[0]).toMatch(/^user,session,path,visits,beats,seconds,first,last\r\n/)
  expect(JSON.parse(said[1]!)).toMatchObject([{ path: '/', seconds: 0 }])
  expect((await stat(join(folder, 'pagevisits.csv'))).size).toBeGreaterThan(100)
  expect(said[3]).toMatch(/^\d anonymous pageviews would be deleted/)
})
