import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { writeLockedProject, type Tarball } from '../../scripts/supplyChain/lockedProject.ts'
import { pack } from '../../scripts/supplyChain/packedFiles.ts'
import { publishedPackages, type PublishedPackage } from '../../scripts/supplyChain/publishedPackages.ts'

// The tarballs as npm would publish them, in a project that has nothing else: no workspace is there to help.

const run = promisify(execFile)
const packages = publishedPackages()
const { version } = packages[0]!.manifest
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'treadlight-installed-'))
  const tarballs: Record<string, Tarball> = {}
  for (const published of packages) {
    const { filename, integrity } = pack(published, folder)
    tarballs[published.name] = { file: filename, integrity }
  }
  const dependencies = Object.fromEntries(packages.map(({ name }) => [name, `file:${tarballs[name]!.file}`]))
  writeLockedProject(folder, { name: 'empty', version: '1.0.0', dependencies }, packages.map(({ dir }) => dir), tarballs)
  await run('npm', ['ci', '--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: folder })
}, 180_000)
afterAll(() => rm(folder, { recursive: true, force: true }))

/** Each export, but package.json and scripts for browsers, and of others' packages what it is for. */
const exports = packages.flatMap((published) => entriesOf(published))
/** What is loaded as a script has no exports, and a page about it. */
const scripts = /\.js$/
const peers: Readonly<Record<string, string>> = { '@treadlight/server/bullmq': 'bullmq', '@treadlight/tracker/vitals': 'web-vitals', 'treadlight/workers': 'cloudflare:' }

function entriesOf({ name, manifest }: PublishedPackage): string[] {
  return Object.keys(manifest.exports ?? {}).filter((path) => path !== './package.json').map((path) => name + path.slice(1))
}

test('every export can be imported, or says which package is to be installed beside it', async () => {
  const modules = exports.filter((id) => !scripts.test(id))
  const code = `for (const id of ${JSON.stringify(modules)}) await import(id).then((all) => console.log(id, Object.keys(all).length), (error) => console.log(id, error.message))`
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', code], { cwd: folder })
  const answers = new Map(stdout.trimEnd().split('\n').map((line) => [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)]))
  expect(answers.size).toBe(modules.length)
  for (const [id, answer] of answers) {
    if (peers[id] === undefined) expect(Number(answer), `${id}: ${answer}`).toBeGreaterThan(0)
    else expect(answer, id).toContain(peers[id])
  }
}, 120_000)

test('scripts for browsers are there, and no bundler takes them for something that does nothing', async () => {
  const tracker = join(folder, 'node_modules/@treadlight/tracker')
  const manifest = JSON.parse(await readFile(join(tracker, 'package.json'), 'utf8')) as { exports: Record<string, { default: string }>; sideEffects: string[] }
  for (const id of exports.filter((id) => scripts.test(id))) {
    const file = manifest.exports[`.${id.slice('@treadlight/tracker'.length)}`]!.default
    expect((await readFile(join(tracker, file), 'utf8')).length).toBeGreaterThan(300)
    expect(manifest.sideEffects).toContain(file)
  }
})

test('npx treadlight says how it is used, and its version', async () => {
  expect((await run('npx', ['--no-install', 'treadlight', '--help'], { cwd: folder })).stdout).toContain('serve         Starts the collector')
  expect((await run(join(folder, 'node_modules/.bin/treadlight'), ['--version'], { cwd: folder })).stdout).toContain(version)
}, 120_000)

test('what is built in of others comes with its licences', async () => {
  expect(await readFile(join(folder, 'node_modules/treadlight/NOTICE.md'), 'utf8')).toContain('## preact')
  await writeFile(join(folder, 'page.mjs'), `import { createCollector } from 'treadlight'\nif (typeof createCollector !== 'function') throw new Error('no createCollector')`)
  await run(process.execPath, ['page.mjs'], { cwd: folder })
})
