import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * A Node with SQLite: this one, or npm's, which is kept below `folder`.
 * @throws Error if it cannot be installed
 */
export function ensureNode22(folder: string): string {
  if (process.getBuiltinModule?.('node:sqlite')) return process.execPath
  const found = findNode(folder)
  if (found !== undefined) return found
  console.error('This Node has no SQLite: installing npm’s node@22 …')
  mkdirSync(folder, { recursive: true })
  // A root of its own: npm would else take the workspace's.
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n')
  spawnSync('npm', ['install', '--prefix', folder, '--no-audit', '--no-fund', 'node@22'], { stdio: ['ignore', 'ignore', 'inherit'], cwd: folder })
  const installed = findNode(folder)
  if (installed === undefined) throw new Error('npm’s node@22 brought no Node that runs here: run these tests under Node 22.13 or later')
  return installed
}

/** The package's install script would link the binary; without it the binary is in the package of the platform. */
function findNode(folder: string): string | undefined {
  const modules = join(folder, 'node_modules')
  if (!existsSync(modules)) return undefined
  const packages = readdirSync(modules).filter((name) => name === 'node' || name.startsWith('node-'))
  const paths = packages.map((name) => join(modules, name, 'bin', process.platform === 'win32' ? 'node.exe' : 'node'))
  return paths.find((path) => existsSync(path) && spawnSync(path, ['-e', 'process.getBuiltinModule("node:sqlite").DatabaseSync.name']).status === 0)
}
