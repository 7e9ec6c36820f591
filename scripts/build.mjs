// Builds the packages whose sources are newer than their build, one after another, and says so.
// `node scripts/build.mjs --force` builds all; names build only those.
import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { rollup } from 'rollup'
import { loadConfigFile } from 'rollup/loadConfigFile'

/** Packages in building order: where they are, and whose build they take in. */
const packages = [
  { name: 'protocol', dir: 'packages/protocol' },
  { name: 'store', dir: 'packages/store' },
  { name: 'tracker', dir: 'packages/tracker' },
  { name: 'dashboard', dir: 'packages/dashboard' },
  { name: 'server', dir: 'packages/server' },
  { name: 'destinations', dir: 'packages/destinations' },
  { name: 'collector', dir: 'packages/collector', takes: ['tracker', 'dashboard'] },
  { name: 'demo', dir: 'demo' },
]

const root = fileURLToPath(new URL('..', import.meta.url))

/**
 * Builds what is missing or out of date.
 * @param {{ force?: boolean, only?: string[] }} options
 */
export async function build({ force = false, only = [] } = {}) {
  process.chdir(root)
  const wanted = packages.filter(({ name }) => only.length === 0 || only.includes(name))
  const stale = new Set()
  for (const pack of wanted) {
    if (force || isStale(pack) || pack.takes?.some((name) => stale.has(name))) stale.add(pack.name)
  }
  let step = 0
  for (const { name, dir } of wanted.filter(({ name }) => stale.has(name))) {
    const started = performance.now()
    process.stdout.write(`building ${name} (${++step} of ${stale.size}) … `)
    await buildPackage(name)
    writeFileSync(join(dir, 'dist', '.built'), '')
    process.stdout.write(`${((performance.now() - started) / 1000).toFixed(1)} s\n`)
  }
}

async function buildPackage(name) {
  const { options, warnings } = await loadConfigFile(join(root, 'rollup.config.mjs'), { configOnly: name })
  for (const input of options) {
    const bundle = await rollup(input)
    for (const output of input.output) await bundle.write(output)
    await bundle.close()
  }
  if (warnings.count > 0) {
    process.stdout.write('\n')
    warnings.flush()
    throw new Error(`${name} was built with warnings: see above`)
  }
}

function isStale({ dir, takes = [] }) {
  const built = join(dir, 'dist', '.built')
  if (!existsSync(built)) return true
  const at = statSync(built).mtimeMs
  const takenFrom = takes.map((name) => join(packages.find((pack) => pack.name === name).dir, 'dist', '.built'))
  const inputs = ['rollup.config.mjs', 'tsconfig.json', join(dir, 'package.json'), ...filesIn(join(dir, 'src')), ...takenFrom]
  return inputs.some((file) => existsSync(file) && statSync(file).mtimeMs > at)
}

function filesIn(dir) {
  return readdirSync(dir, { recursive: true }).map((name) => join(dir, name))
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const names = process.argv.slice(2).filter((arg) => !arg.startsWith('-'))
  await build({ force: process.argv.includes('--force'), only: names })
}
