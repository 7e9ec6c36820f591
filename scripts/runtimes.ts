import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

type InstalledName = 'node22' | 'node24' | 'bun' | 'deno'

/** The runtimes that `npm run test:runtimes` knows: what npm calls them, the file in the package, and what comes before a script. */
const runtimes: Record<InstalledName, { packages: string; file: RegExp; flags: readonly string[] }> = {
  node22: { packages: 'node@22', file: /(^|\/)node-[\w-]+\/bin\/node(\.exe)?$/, flags: [] },
  node24: { packages: 'node@24', file: /(^|\/)node-[\w-]+\/bin\/node(\.exe)?$/, flags: [] },
  bun: { packages: 'bun@1.4.5', file: /(^bun|@oven\/[\w-]+)\/bin\/bun(\.exe)?$/, flags: [] },
  deno: { packages: 'deno@2.9.6', file: /@deno\/[\w-]+\/deno(\.exe)?$/, flags: ['run', '-A'] },
}

export type RuntimeName = 'node' | InstalledName | 'workers'

/** `node` is the one that runs this; `workers` comes with miniflare. */
export const runtimeNames: readonly RuntimeName[] = ['node', ...(Object.keys(runtimes) as InstalledName[]), 'workers']

/**
 * How the runtime is told to run a file, installed below `folder` where it is not there yet; undefined where it cannot be had.
 * Workers run no file.
 */
export function ensureRuntime(name: RuntimeName, folder: string): string[] | undefined {
  if (name === 'node') return [process.execPath]
  if (name === 'workers') return []
  const { flags } = runtimes[name]
  const place = join(folder, name)
  const program = findProgram(name, place) ?? install(name, place)
  return program === undefined ? undefined : [program, ...flags]
}

function install(name: InstalledName, place: string): string | undefined {
  console.log(`Installing npm’s ${runtimes[name].packages} …`)
  mkdirSync(place, { recursive: true })
  // A root of its own: npm would else take the workspace's.
  writeFileSync(join(place, 'package.json'), '{ "private": true }\n')
  spawnSync('npm', ['install', '--prefix', place, '--no-audit', '--no-fund', '--loglevel=error', runtimes[name].packages], { stdio: 'inherit', cwd: place })
  return findProgram(name, place)
}

/** In the package of the platform, or where an install script has moved it, if that has run. */
function findProgram(name: InstalledName, place: string): string | undefined {
  const modules = join(place, 'node_modules')
  if (!existsSync(modules)) return undefined
  const found = readdirSync(modules, { recursive: true, encoding: 'utf8' }).map((path) => path.replaceAll('\\', '/'))
  const programs = found.filter((path) => runtimes[name].file.test(path)).map((path) => join(modules, path))
  return programs.find((program) => spawnSync(program, ['--version']).status === 0)
}
