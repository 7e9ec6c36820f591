import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { installPackages } from './installPackages.ts'
import { ensureNode22 } from './node22.ts'

/** SQLite, and the Node.js that runs it. */
export interface Sqlite {
  name: 'better-sqlite3' | 'node:sqlite'
  version: string
  /** What is imported: has the class as its default export, or as `DatabaseSync` of it. */
  module: string
  node: string
}

const version = '12.4.1'
const compilers = ['g++', 'make', 'python3']

/**
 * better-sqlite3, kept below `folder`: what it was published with for this Node.js, or compiled here, which takes two minutes. Where
 * neither can be had, the SQLite of Node.js, if need be of npm's `node@22`.
 * @returns undefined where there is none at all, as without a network
 */
export function ensureSqlite(folder: string): Sqlite | undefined {
  const place = join(folder, 'better-sqlite3')
  const node = process.execPath
  const module = join(place, 'node_modules/better-sqlite3/lib/index.js')
  if (loads(place) || (fetchPackage(place) && (fetchBuild(place) || compile(place)))) return { name: 'better-sqlite3', version, module, node }
  try {
    const node22 = ensureNode22(join(folder, 'node22'))
    const found = spawnSync(node22, ['-p', 'process.version'], { encoding: 'utf8' }).stdout.trim()
    return { name: 'node:sqlite', version: `of Node.js ${found.slice(1)}`, module: 'node:sqlite', node: node22 }
  } catch {
    return undefined
  }
}

/** Without its scripts: npm takes back what it has installed where one of them fails. */
function fetchPackage(place: string): boolean {
  console.error(`Installing npm’s better-sqlite3@${version} …`)
  mkdirSync(place, { recursive: true })
  // A root of its own: npm would else take the workspace's.
  writeFileSync(join(place, 'package.json'), '{ "private": true }\n')
  return run('npm', ['install', '--prefix', place, '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error', `better-sqlite3@${version}`], place)
}

/** What its authors have compiled for this Node.js. */
function fetchBuild(place: string): boolean {
  return run(process.execPath, [join(place, 'node_modules/prebuild-install/bin.js')], join(place, 'node_modules/better-sqlite3')) && loads(place)
}

/** With the headers that came with this Node.js, where they did: they need no download. */
function compile(place: string): boolean {
  const missing = compilers.filter((program) => spawnSync(program, ['--version']).status !== 0)
  if (missing.length > 0 && !installPackages(missing)) return false
  console.error('Compiling better-sqlite3, which takes two minutes …')
  const prefix = dirname(dirname(process.execPath))
  const env = existsSync(join(prefix, 'include/node/node.h')) ? { npm_config_nodedir: prefix } : {}
  return run('npm', ['run', 'build-release'], join(place, 'node_modules/better-sqlite3'), env) && loads(place)
}

function run(program: string, args: readonly string[], cwd: string, env: Record<string, string> = {}): boolean {
  return spawnSync(program, args, { stdio: 'ignore', cwd, env: { ...process.env, ...env }, timeout: 600_000 }).status === 0
}

function loads(place: string): boolean {
  const test = `new (require('better-sqlite3'))(':memory:').exec('SELECT 1')`
  return existsSync(join(place, 'node_modules/better-sqlite3')) && spawnSync(process.execPath, ['-e', test], { cwd: place }).status === 0
}
