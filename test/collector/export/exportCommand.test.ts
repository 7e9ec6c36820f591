import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { exportFormats } from '../../../packages/collector/src/export/formats.ts'
import { cli, fillFolder, hitOf, runCli, type CliResult } from '../runCli.ts'
import { readCsvRows, readNdjson, readParquet } from './readExport.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'treadlight-export-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const run = (args: string[]): Promise<CliResult> => runCli(folder, ['export', ...args])
const fill = (count: number): Promise<void> => fillFolder(join(folder, 'data'), Array.from({ length: count }, (_, index) => hitOf(3, { user: 'zuse', path: `/${index}` })))

describe.each(exportFormats)('export --format %s', (format) => {
  const read = { csv: async (bytes: Buffer) => readCsvRows(bytes), ndjson: async (bytes: Buffer) => readNdjson(bytes), parquet: readParquet }[format]
  const paths = async (name: string): Promise<unknown[]> => {
    const rows = (await read(await readFile(join(folder, name)))) as unknown as { path: string }[]
    return rows.map(({ path }) => path).toSorted()
  }

  test('to a file and to standard output; anonymised, nobody has a name', async () => {
    await fill(3)
    expect(await run(['--format', format, '--output', 'all'])).toMatchObject({ code: 0, out: '', err: expect.stringMatching(/^Wrote 3 hits \([\d.]+ k?B\) of site default to all\n$/) as string })
    expect(await paths('all')).toEqual(['/0', '/1', '/2'])
    expect(await run(['--format', format, '--anonymize', '--output', 'given'])).toMatchObject({ code: 0, err: expect.stringMatching(/of site default, anonymised, to given\n$/) as string })
    expect(await paths('given')).toEqual(['/0', '/1', '/2'])
    expect((await readFile(join(folder, 'given'))).includes('zuse')).toBe(false)
    const piped = spawnSync(process.execPath, [cli, 'export', '--format', format], { cwd: folder })
    expect(piped.stdout).toEqual(await readFile(join(folder, 'all')))
  })

  test('Ctrl-C leaves no half file', async () => {
    await fill(20_000)
    const child = spawn(process.execPath, [cli, 'export', '--format', format, '--output', 'hits'], { cwd: folder, stdio: 'ignore' })
    const exited = once(child, 'exit')
    while (!(await readdir(folder)).includes('hits~') && child.exitCode === null) await wait(1)
    child.kill('SIGINT')
    const [code] = (await exited) as [number]
    // NDJSON may have been faster.
    expect([code, await readdir(folder)]).toEqual(code === 0 ? [0, ['data', 'hits']] : [130, ['data']])
  })
})

describe.skipIf(spawnSync('script', ['--version']).status !== 0)('on a terminal', () => {
  const onTerminal = (args: string): string => {
    const { stdout } = spawnSync('script', ['-qec', `"${process.execPath}" "${cli}" export ${args}`, '/dev/null'], { cwd: folder, encoding: 'utf8', env: { ...process.env, COLUMNS: '100' } })
    return stdout
  }

  test('Parquet is refused with a remedy, and nothing of it is written', async () => {
    await fill(1)
    expect(onTerminal('--format parquet; echo "code $?"')).toMatch(/^treadlight: --format parquet: is not for terminals: name a file with --output, or redirect it with >\r\ncode 1\r\n$/)
    expect(onTerminal('--format parquet --output x; echo "code $?"')).toMatch(/code 0\r\n$/)
  })

  test('its progress says of how many, about', async () => {
    await fill(3)
    expect(onTerminal('--format csv --output x')).toMatch(/exporting … 0 hits of about 3, 0 B/)
  })
})
