import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** The engine in a process, and the client as it is published: ClickHouse 26.7. */
const packages = ['chdb@3.4.0', '@clickhouse/client@1.23.1']

/**
 * chdb, ClickHouse's engine as a library, kept below `folder`. No dependency of the workspace: it is 600 MB.
 * @returns the folder of its modules; undefined where it cannot be installed, as without a network
 */
export function ensureChdb(folder: string): string | undefined {
  if (loads(folder)) return join(folder, 'node_modules')
  console.error(`Installing npm’s ${packages.join(' and ')} …`)
  mkdirSync(folder, { recursive: true })
  // A root of its own: npm would else take the workspace's.
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n')
  spawnSync('npm', ['install', '--prefix', folder, '--no-audit', '--no-fund', ...packages], { stdio: ['ignore', 'ignore', 'inherit'], cwd: folder })
  return loads(folder) ? join(folder, 'node_modules') : undefined
}

function loads(folder: string): boolean {
  const modules = join(folder, 'node_modules')
  const test = `require('chdb').query('SELECT 1')`
  return existsSync(join(modules, 'chdb')) && spawnSync(process.execPath, ['-e', test], { cwd: folder }).status === 0
}
