// `npm test`: everything that proves this checkout on this machine. Each check counts as one, each vitest test as one.
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ensureBrowser } from './browser.ts'
import { ensureEngines } from './engines.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const published = ['protocol', 'store', 'tracker', 'server', 'destinations', 'collector'].map((name) => `packages/${name}`)

type Check = [name: string, command: string, args: string[], folder?: string]

/** The first is what others look at. */
const checks: Check[] = [
  ['build', 'node', ['scripts/build.mjs']],
  ['types', 'tsc', ['--noEmit']],
  ['lint', 'oxlint', ['--deny-warnings']],
  ['unused', 'knip', []],
  ['size', 'node', ['--import', 'tsx', 'scripts/size.ts']],
  ...published.map((dir): Check => [`publint ${dir}`, 'publint', ['--strict'], dir]),
  ...published.map((dir): Check => [`attw ${dir}`, 'attw', ['--pack', '.', '--profile', 'esm-only'], dir]),
]

let passed = 0
let failed = 0

try {
  process.env['CHROMIUM_PATH'] = ensureBrowser()
  const missing = ensureEngines()
  if (missing.length > 0) console.log(`No ${missing.join(' and ')} here: the tests in ${missing.length > 1 ? 'them' : 'it'} are skipped`)
} catch (error) {
  console.error((error as Error).message)
  process.exit(1)
}

const only = process.argv.slice(2)
if (only.length === 0) {
  const [build, ...others] = checks
  await check(build!)
  // Two at a time, as tests are; the longest begins first.
  await Promise.all([checkEach(others), checkEach(others)])
}

const report = join(mkdtempSync(join(tmpdir(), 'treadlight-test-')), 'report.json')
const tests = await run('vitest', ['run', '--reporter=default', '--reporter=json', `--outputFile=${report}`, ...only], undefined, true)
try {
  const { numPassedTests, numFailedTests, numFailedTestSuites } = JSON.parse(readFileSync(report, 'utf8')) as Record<string, number>
  passed += numPassedTests!
  // A file that does not load has no tests to fail, and fails all the same.
  failed += Math.max(numFailedTests!, numFailedTestSuites! > 0 || tests.code !== 0 ? 1 : 0)
} catch {
  failed++
}
rmSync(report, { force: true })

console.log(`\n${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1

/** Takes them out of the list, so that another may share it. */
async function checkEach(left: Check[]): Promise<void> {
  for (let next = left.shift(); next !== undefined; next = left.shift()) await check(next)
}

async function check([name, command, args, folder]: Check): Promise<void> {
  const started = performance.now()
  const { code, output } = await run(command, args, folder)
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  console.log(`${code === 0 ? '✓' : '✗'} ${name} (${seconds} s)`)
  if (code === 0) passed++
  else {
    failed++
    console.log(output)
  }
}

function run(command: string, args: string[], folder = '.', shown = false): Promise<{ code: number; output: string }> {
  const child = spawn(command, args, {
    cwd: join(root, folder),
    stdio: ['ignore', shown ? 'inherit' : 'pipe', shown ? 'inherit' : 'pipe'],
    env: { ...process.env, PATH: `${join(root, 'node_modules/.bin')}:${process.env['PATH']}` },
  })
  let output = ''
  child.stdout?.on('data', (chunk) => (output += chunk))
  child.stderr?.on('data', (chunk) => (output += chunk))
  return new Promise((resolve) => {
    child.on('error', (error) => resolve({ code: 1, output: String(error) }))
    child.on('close', (code) => resolve({ code: code ?? 1, output }))
  })
}
