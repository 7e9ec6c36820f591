import * as server from '@treadlight/server'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { createTestCollector, logInOwner } from '../collector/collector.ts'
import { fillFolder, hitOf, runCli } from '../collector/runCli.ts'
import { importCode } from './importCode.ts'

const page = await readFile(new URL('../../docs/admin.md', import.meta.url), 'utf8')
const sections = page.split(/^## /m)
const sectionOf = (title: string): string => sections.find((section) => section.startsWith(`${title}\n`))!
const codes = (section: string, language: string): string[] => [...sectionOf(section).matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, 'gms'))].map(([, code]) => code!.trim())

test('docs/admin.md: what “One person” begins with runs, and tells of the person alone', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'treadlight-docs-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  await fillFolder(join(folder, 'data'), [hitOf(1, { user: '42', title: 'Hers' }), hitOf(1, { user: '43', title: 'His' })], 0)
  const outs: string[] = []
  for (const line of codes('One person', 'sh')[0]!.split('\n')) {
    const [npx, treadlight, ...args] = line.replace(/ +#.*/, '').split(/ +/)
    expect([npx, treadlight]).toEqual(['npx', 'treadlight'])
    const { code, out, err } = await runCli(folder, args, { TREADLIGHT_TIMEZONE: 'UTC' })
    expect([line, code, err]).toEqual([line, 0, ''])
    outs.push(out)
  }
  expect(outs[0]).toMatch(/^user 42 of site default\nfrom .*\n1 visit, 1 pageview, 0 events, 0 s engaged\n\n.*\n  [\d:]{8}  \/  Hers\n$/)
  expect(outs[1]).toContain('Hers')
  expect(outs[2]).toContain('1 hit of user 42 of site default would be erased')
  for (const out of outs) expect(out).not.toContain('His')
})

test('docs/admin.md: an erasure is asked for and answered as it says', async () => {
  const test = createTestCollector()
  await test.store.append([hitOf(0, { user: '42' })])
  const cookie = await logInOwner(test)
  const [first, ...body] = codes('One person', 'http')[0]!.split('\n')
  const [method, path] = first!.split(' ') as [string, string]
  const response = await test.request(path, { method, headers: { cookie, 'content-type': 'application/json' }, body: body.join('\n') })
  const told = JSON.parse(codes('One person', 'json')[0]!) as object
  expect(Object.keys((await response.json()) as object).toSorted()).toEqual(Object.keys(told).toSorted())
})

test('docs/admin.md: its example of signCard signs a pass, and its element has the attributes and parts that there are', async () => {
  const [example] = codes('The user card in your own admin', 'ts')
  vi.stubEnv('CARD_TOKEN', 'tl_x')
  const { pass } = (await importCode('person', `${example}\nexport { pass }`)) as { pass: string }
  expect(pass).toMatch(/^tlc_/)
  expect(server.signCard).toBeTypeOf('function')
  const source = await readFile(new URL('../../packages/dashboard/src/card/userCard.ts', import.meta.url), 'utf8')
  const [, names] = /^const attributes = \[(.*)\] as const$/m.exec(source)!
  const told = [...sectionOf('The user card in your own admin').matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name!)
  expect(told.toSorted()).toEqual(names!.replaceAll("'", '').split(', ').toSorted())
})
