import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { parseCommandLine } from '../../packages/collector/src/commands/parseCommandLine.ts'
import { resolveConfig } from '../../packages/collector/src/config.ts'
import { fillFolder, hitOf } from '../collector/runCli.ts'
import { commandOf, treadlightArguments } from './checkCommand.ts'
import { blocksOf, documents, type Block } from './documents.ts'
import { importCode } from './importCode.ts'
import { readCommands } from './shell.ts'

// Calls of the CLI in documents, each page's in order, on a folder of its own with some hits; and config files.

/** Whole blocks that another test runs, or that need what is not here. */
const blocksLeft: readonly { page: string; has: string; why: string }[] = [
  { page: 'docs/clickhouse.md', has: 'npm install', why: 'needs a ClickHouse server: test/services/clickhouse' },
  { page: 'docs/export.md', has: '--format csv --output', why: 'run by export.test.ts' },
  { page: 'docs/import.md', has: 'treadlight import', why: 'needs files: test/collector/import' },
  { page: 'docs/migrate.md', has: 'postgres://', why: 'needs PostgreSQL: test/services' },
  { page: 'docs/moving.md', has: 'import', why: 'needs files: moving.test.ts' },
  { page: 'docs/time-on-page.md', has: '--report time', why: 'run by timeOnPage.test.ts' },
  { page: 'docs/deploy.md', has: 'treadlight', why: 'in a container, or under systemd: test/services/image.test.ts, test/deploy' },
]
/** Sites that pages have, from before. */
const sites: Readonly<Record<string, string>> = { 'docs/admin.md': '{ "blog": { "hosts": ["blog.example"] } }' }

/** Single calls. */
const callsLeft: readonly { has: string; why: string }[] = [
  { has: 'serve', why: 'runs until it is stopped; gettingStarted.test.ts starts one' },
  { has: '--help', why: 'cli.test.ts compares' },
  { has: 'hits 01983f6e', why: 'the hit of the example is not there' },
  { has: 'doctor', why: 'writes and syncs a thousand values each time: run once, with --data restored, and by test/collector/cli.test.ts' },
  { has: '--site shop', why: 'the site of the example is not there' },
  { has: 'crm', why: 'the destination of the example is not there' },
  { has: 'imports remove', why: 'the import of the example is not there' },
  { has: '/mnt/backup', why: 'another disk' },
  { has: 'restore --from backup', why: 'the storage of the example is not empty; the one with --data is run' },
]

const isLeft = ({ page, code }: Block): boolean => blocksLeft.some((entry) => entry.page === page && code.includes(entry.has))
const shells = documents.flatMap((page) => blocksOf(page)).filter((block) => block.language === 'sh' && !isLeft(block))
const calls = shells.flatMap(({ page, code }) =>
  readCommands(code).flatMap(({ words, env, text }) => {
    const args = treadlightArguments(words)
    const isOurs = args !== undefined && args.length > 0 && !callsLeft.some(({ has }) => text.includes(has) && !text.includes('--data restored'))
    return isOurs ? [{ page, text, env, args }] : []
  }),
)

test.each([...new Set(calls.map(({ page }) => page))])('%s: each call of the CLI does what it should', async (page) => {
  const folder = await mkdtemp(join(tmpdir(), 'treadlight-docs-'))
  const before = process.cwd()
  process.chdir(folder)
  const spies = [vi.spyOn(console, 'log'), vi.spyOn(console, 'error'), vi.spyOn(process.stdout, 'write')].map((spy) => spy.mockReturnValue(undefined as never))
  onTestFinished(async () => {
    for (const spy of spies) spy.mockRestore()
    process.chdir(before)
    await rm(folder, { recursive: true, force: true })
  })
  const base = { path: '/courses/1', source: 'google' }
  await fillFolder(join(folder, 'data'), [hitOf(0.5, { user: '42', ...base }), hitOf(0.5, { user: 'ada@example', ...base }), hitOf(0.4, { ...base, visitor: '4451de676a83d9eb' }), hitOf(100)], 0)
  for (const call of calls.filter((each) => each.page === page)) {
    const [command, rest] = commandOf(call.args)
    const { values, positionals } = parseCommandLine(command!, rest)
    const given = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, Array.isArray(value) ? value.join(command!.options.find((option) => option.name === name)?.separator ?? ',') : value]))
    const flags = Object.fromEntries(command!.options.flatMap(({ name, setting }) => (setting === undefined ? [] : [[setting, given[name] as string | undefined]])))
    const { config, settings } = await resolveConfig({ flags, env: { TREADLIGHT_TIMEZONE: 'UTC', ...(sites[page] !== undefined && { TREADLIGHT_SITES: sites[page] }), ...call.env }, folder })
    const code = await command!.run({ config, values: given, positionals, settings }).catch((error: unknown) => String(error))
    expect([call.text, code]).toEqual([call.text, 0])
  }
}, 90_000)

test('what is left out is there, and each for a reason', () => {
  const all = documents.flatMap((page) => blocksOf(page)).filter(({ language }) => language === 'sh')
  for (const entry of blocksLeft) expect([entry, all.some(({ page, code }) => page === entry.page && code.includes(entry.has))]).toEqual([entry, true])
  for (const entry of callsLeft) expect([entry, all.some(({ code }) => code.includes(entry.has))]).toEqual([entry, true])
  console.log(`${calls.length} calls of the CLI are run here; not run: ${[...blocksLeft.map(({ page, has, why }) => `${page} (${has}: ${why})`), ...callsLeft.map(({ has, why }) => `${has} (${why})`)].join('; ')}`)
})

const configs = documents
  .flatMap((page) => blocksOf(page))
  .filter(({ language, code }) => /^[jt]s$/.test(language) && /^export default \{/m.test(code) && !/\b(?:fetch|tasks?|meta)\b/.test(code))

test.each(configs.map((block) => [`${block.page}:${block.line}`, block] as const))('%s: the collector takes these settings', async (place, { code }) => {
  vi.stubEnv('WEBHOOK_SECRET', 'QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo=')
  vi.stubEnv('MATOMO_TOKEN', '0123456789abcdef0123456789abcdef')
  vi.stubEnv('PGPASSWORD', 'secret')
  onTestFinished(() => void vi.unstubAllEnvs())
  const { default: given } = (await importCode(`config-${place.replaceAll(/\W/g, '-')}`, code)) as { default: object }
  const { settings } = await resolveConfig({ given, env: {} })
  expect([...settings.values()].some(({ from }) => from === 'config')).toBe(true)
})
