import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { importFormats } from '../../packages/collector/src/import/importFormats.ts'
import { runCli } from '../collector/runCli.ts'

const page = await readFile(new URL('../../docs/moving.md', import.meta.url), 'utf8')
const own = /^(treadlight|combined|common|caddy|nginx)/

test('docs/moving.md: its table has every product that can be imported, and each has a part of its own', () => {
  const table = [...page.matchAll(/^\| \[(.+)\]\(#(.+)\) \| `(.+?)` \|/gm)].map(([, title, anchor, name]) => ({ title: title!, anchor, name: name! }))
  expect(table.map(({ name }) => name).toSorted()).toEqual(importFormats.map(({ name }) => name).filter((name) => !own.test(name)).toSorted())
  for (const { title, anchor } of table) {
    expect(page).toContain(`\n## ${title}\n`)
    expect(anchor).toBe(title.toLowerCase().replaceAll(/[^a-z0-9-]/g, ''))
  }
})

test('docs/moving.md: what it begins with runs, and so does each of its imports', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'treadlight-docs-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const head = '2Path,Title,Event,UserAgent,Browser,System,Session,Bot,Referrer,Referrer scheme,Screen size,Location,FirstVisit,Date'
  const time = new Date(Date.now() - 3_600_000).toISOString().slice(0, 19)
  const files = {
    'goatcounter-export-shop-20261101T080000Z-0.csv.gz': `${head}\n/a,A,false,,,,,0,,,,,true,${time}Z\n`,
    'visits.json': JSON.stringify([{ idSite: 1, idVisit: 1, visitorId: 'a', actionDetails: [{ type: 'action', url: 'http://shop.example/', pageId: 1, timestamp: Date.parse(`${time}Z`) / 1000 }] }]),
    'pageviews.csv': `id,user_id,session_id,url,timestamp,title,referrer,source,medium,campaign\n1,,,https://shop.example/,${time},,,,,\n`,
    'pagevisits.csv': `timestamp,username,session_key,ipaddress,path\n${time},ada,k,203.0.113.7,/\n`,
  }
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
  const commands = [...page.matchAll(/^npx treadlight (import \S+[^#\n]*)/gm)].map(([, command]) => command!.trim())
  const runnable = commands.filter((command) => Object.keys(files).some((name) => command.includes(name)))
  expect(runnable).toHaveLength(5)
  for (const command of runnable) {
    const { code, out, err } = await runCli(folder, command.split(/ +/))
    expect([command, code, err.includes('rror')]).toEqual([command, 0, false])
    expect(out).toMatch(/1 hit/)
  }
})
