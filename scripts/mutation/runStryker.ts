import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root } from '../supplyChain/publishedPackages.ts'
import type { Area } from './areas.ts'

/** The last that runs on Node.js 20. */
const version = '9.6.1'
const folder = join(root, 'node_modules/.cache/stryker')
const program = join(folder, 'node_modules/@stryker-mutator/core/bin/stryker.js')

/** What Stryker says of a file, as far as it is looked at. */
export interface Report {
  files: Record<string, { mutants: { status: 'Killed' | 'Survived' | 'NoCoverage' | 'Timeout' | 'RuntimeError' | 'CompileError' | 'Ignored'; mutatorName: string; replacement?: string; location: { start: { line: number; column: number } } }[] }>
}

/**
 * Tries every mutant of an area, one after another, and says how far it is on standard error. What was tried before and has not
 * changed since, code and tests, is not tried again.
 *
 * @throws Error where Stryker cannot be installed, or fails
 */
export async function runStryker(name: string, { mutate, tests }: Area): Promise<Report> {
  ensureStryker()
  const report = join(folder, `${name}.json`)
  const settings = {
    testRunner: 'vitest',
    plugins: ['@stryker-mutator/vitest-runner'],
    vitest: { configFile: 'vitest.mutation.config.ts', related: false },
    mutate,
    coverageAnalysis: 'perTest',
    concurrency: 1,
    incremental: true,
    incrementalFile: join(folder, `${name}.incremental.json`),
    reporters: ['progress-append-only', 'json'],
    jsonReporter: { fileName: report },
    // Of the checkout's copy only what these tests read.
    ignorePatterns: ['/bench', '/deploy', '/docs', '/demo', '/data', '/coverage', '/release', 'dist', '/test/frameworks', '/packages/dashboard/src'],
    // Not below the checkout, where tests that list its files would find everything twice.
    tempDirName: join(tmpdir(), 'treadlight-mutation'),
    // What is slow because the machine has other work is no endless loop.
    timeoutMS: 100_000,
  }
  const file = join(folder, `${name}.settings.json`)
  writeFileSync(file, JSON.stringify(settings))
  // Beside whatever else the machine does: it takes minutes of a core.
  const child = spawn('nice', ['-n', '19', process.execPath, program, 'run', file], { cwd: root, stdio: ['ignore', 2, 2], env: { ...process.env, MUTATE_TESTS: tests.join(' ') } })
  const code = await new Promise((resolve) => child.on('close', resolve))
  if (code !== 0) throw new Error(`Stryker failed at ${name}: see above`)
  return JSON.parse(readFileSync(report, 'utf8')) as Report
}

/** Not among the dependencies: 100 packages, for something that is run now and then. */
function ensureStryker(): void {
  const installed = join(folder, 'node_modules/@stryker-mutator/core/package.json')
  if (existsSync(installed) && (JSON.parse(readFileSync(installed, 'utf8')) as { version: string }).version === version) return
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{ "private": true }')
  console.error(`Installing Stryker ${version} below node_modules/.cache …`)
  // Its vitest is to be the checkout's, which Node.js finds further up.
  const args = ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--legacy-peer-deps', `@stryker-mutator/core@${version}`, `@stryker-mutator/vitest-runner@${version}`]
  if (spawnSync('npm', args, { cwd: folder, stdio: ['ignore', 2, 2] }).status !== 0) throw new Error('Stryker cannot be installed: is the registry in reach?')
}
