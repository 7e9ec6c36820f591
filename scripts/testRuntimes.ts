// `npm run test:runtimes`: one behaviour of the collector and the server package on each runtime, as it was built. Names run only
// those. What is installed stays below node_modules/.cache.
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ensureRuntime, runtimeNames } from './runtimes.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const cache = join(root, 'node_modules/.cache/treadlight/runtimes')
const asked = process.argv.slice(2)
const unknown = asked.find((name) => !runtimeNames.some((known) => known === name))
if (unknown !== undefined) {
  console.error(`There is no runtime ${unknown}; there are ${runtimeNames.join(', ')}`)
  process.exit(1)
}

spawnSync(process.execPath, [join(root, 'scripts/build.mjs')], { stdio: 'inherit' })
const commands: Record<string, string[]> = {}
for (const name of runtimeNames.filter((known) => asked.length === 0 || asked.includes(known))) {
  const command = ensureRuntime(name, cache)
  if (command === undefined) console.log(`- ${name}: skipped, as it is not here and npm’s registry cannot be reached`)
  else commands[name] = command
}

const reports = mkdtempSync(join(tmpdir(), 'treadlight-test-'))
const report = join(reports, 'report.json')
const vitest = join(root, 'node_modules/vitest/vitest.mjs')
const args = ['run', '--config', 'vitest.runtimes.config.ts', '--reporter=default', '--reporter=json', `--outputFile=${report}`]
const child = spawn(process.execPath, [vitest, ...args], { cwd: root, stdio: 'inherit', env: { ...process.env, RUNTIMES: JSON.stringify(commands) } })
const code = await new Promise<number>((resolve) => child.once('close', (status) => resolve(status ?? 1)))
let passed = 0
let failed = 1
try {
  const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(report, 'utf8')) as Record<string, number>
  passed = numPassedTests!
  // A file that does not load has no tests to fail, and fails all the same.
  failed = Math.max(numFailedTests!, code === 0 ? 0 : 1)
} finally {
  rmSync(reports, { recursive: true, force: true })
}

console.log(`\n${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1
