// `npm run test:frameworks`: the tracker in apps built with React Router, Next, Vue Router, SvelteKit and Astro, and tracking
// from the servers of Next, SvelteKit and Nitro, all of which this installs and builds. Names run only those. What is installed
// stays below the temporary directory.
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ensureBrowser } from './browser.ts'
import { buildFramework, frameworkNames, type FrameworkName } from './frameworks.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const names = frameworkNames.filter((name) => process.argv.length === 2 || process.argv.includes(name))
const folders: Partial<Record<FrameworkName, string>> = {}
let passed = 0
let failed = 0

try {
  process.env['CHROMIUM_PATH'] = ensureBrowser()
  for (const name of names) await prepare(name)
  if (Object.keys(folders).length > 0) await runTests()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  failed++
}

console.log(`\n${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1

async function prepare(name: FrameworkName): Promise<void> {
  const started = performance.now()
  try {
    const folder = await buildFramework(name)
    if (folder === undefined) return console.log(`- ${name}: skipped, as its packages are not here and npm’s registry cannot be reached`)
    folders[name] = folder
    console.log(`✓ ${name} is built (${((performance.now() - started) / 1000).toFixed(1)} s)`)
  } catch (error) {
    failed++
    console.log(`✗ ${(error as Error).message}`)
  }
}

async function runTests(): Promise<void> {
  const reports = mkdtempSync(join(tmpdir(), 'treadlight-test-'))
  const report = join(reports, 'report.json')
  const vitest = join(root, 'node_modules/vitest/vitest.mjs')
  const args = ['run', '--config', 'vitest.frameworks.config.ts', '--reporter=default', '--reporter=json', `--outputFile=${report}`]
  const env = { ...process.env, FRAMEWORKS: JSON.stringify(folders) }
  const child = spawn(process.execPath, [vitest, ...args], { cwd: root, stdio: 'inherit', env })
  const code = await new Promise<number>((resolve) => child.once('close', (status) => resolve(status ?? 1)))
  try {
    const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(report, 'utf8')) as Record<string, number>
    passed += numPassedTests!
    // A file that does not load has no tests to fail, and fails all the same.
    failed += Math.max(numFailedTests!, code === 0 ? 0 : 1)
  } catch {
    failed++
  } finally {
    rmSync(reports, { recursive: true, force: true })
  }
}
