// `npm run test:services`: the storage drivers and the store against real servers, which this starts and stops.
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ensureNode22 } from './node22.ts'
import { installServers, startPostgres, startRedis, type Service } from './services.ts'

interface Tally {
  passed: number
  failed: number
}

const root = fileURLToPath(new URL('..', import.meta.url))
const sqliteTests = 'test/services/sqlite.test.ts'
const services: Service[] = []
const tally: Tally = { passed: 0, failed: 0 }
const folder = mkdtempSync(join(tmpdir(), 'treadlight-services-'))
let running: ChildProcess | undefined

process.once('exit', () => rmSync(folder, { recursive: true, force: true }))

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    running?.kill()
    void stopServices().finally(() => process.exit(1))
  })
}

try {
  installServers()
  const node22 = ensureNode22(join(root, 'node_modules/.cache/treadlight/node22'))
  for (const start of [startRedis, startPostgres]) services.push(await start())
  add(await runTests(process.execPath, ['--exclude', sqliteTests, ...process.argv.slice(2)]))
  if (process.argv.length === 2) add(await runTests(node22, [sqliteTests]))
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  tally.failed++
} finally {
  await stopServices()
}

console.log(`\n${tally.passed} passed, ${tally.failed} failed`)
process.exitCode = tally.failed === 0 ? 0 : 1

async function stopServices(): Promise<void> {
  await Promise.all(services.splice(0).map((service) => service.stop()))
}

async function runTests(node: string, args: string[]): Promise<Tally> {
  const report = join(folder, 'report.json')
  rmSync(report, { force: true })
  const vitest = join(root, 'node_modules/vitest/vitest.mjs')
  const flags = ['run', '--config', 'vitest.services.config.ts', '--reporter=default', '--reporter=json', `--outputFile=${report}`]
  const env = Object.assign({}, process.env, ...services.map((service) => service.env)) as NodeJS.ProcessEnv
  running = spawn(node, [vitest, ...flags, ...args], { cwd: root, stdio: 'inherit', env })
  const code = await new Promise<number>((resolve) => running?.once('close', (status) => resolve(status ?? 1)))
  try {
    const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(report, 'utf8')) as Record<string, number>
    // A file that does not load has no tests to fail, and fails all the same.
    return { passed: numPassedTests!, failed: Math.max(numFailedTests!, code === 0 ? 0 : 1) }
  } catch {
    return { passed: 0, failed: 1 }
  }
}

function add({ passed, failed }: Tally): void {
  tally.passed += passed
  tally.failed += failed
}
