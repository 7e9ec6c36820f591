// `npm run size`: what the tracker weighs, per way of getting it, and the dashboard. A budget of the tracker's is today's
// weight: who exceeds it raises it here, in sight of the reviewer, and in the README. `--json` prints the figures alone.
import type * as dashboard from '@treadlight/dashboard'
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { bundle, weigh, type Weight } from './weigh.ts'

/** Most bytes after brotli 11. */
const budgets: Record<string, number> = {
  't.js': 1900,
  't.full.js': 2434,
  't.server.js': 2164,
  'import { init, track, stop }': 688,
  'import { init, standard }': 2095,
  'card.js': 1712,
  // A limit that is not to be raised: what a page of numbers may cost, map and dialogs included.
  dashboard: 90_000,
  'admin pages': 27_500,
}

const root = new URL('..', import.meta.url).pathname
const dist = join(root, 'packages/tracker/dist')

// A stale build would weigh what it weighed then; standard output is for the figures.
execFileSync(process.execPath, [join(root, 'scripts/build.mjs'), 'tracker', 'dashboard'], { stdio: ['ignore', 2, 2] })

/** Navigation and beacon alone, and what the tag does. */
const imports = ['{ init, track, stop }', '{ init, standard }']

const weights = [
  weigh('t.js', readFileSync(join(dist, 't.js'))),
  weigh('t.full.js', readFileSync(join(dist, 't.full.js'))),
  weigh('t.server.js', readFileSync(join(dist, 't.server.js'))),
  ...(await Promise.all(imports.map(async (names) => weigh(`import ${names}`, await bundle(`export ${names} from ${JSON.stringify(join(dist, 'index.mjs'))}`))))),
  weigh('card.js', readFileSync(join(root, 'packages/dashboard/dist/card.js'))),
  ...(await weighDashboard()),
]

if (process.argv.includes('--json')) console.log(JSON.stringify(weights))
else print(weights)
for (const { name, brotli } of weights) {
  const budget = budgets[name]!
  if (brotli <= budget) continue
  console.error(`size: ${name} has ${brotli} bytes, ${brotli - budget} more than its budget of ${budget}`)
  process.exitCode = 1
}

/** All files of the page, each compressed by itself, as they are served: what the numbers need, and what only the pages beside them do. */
async function weighDashboard(): Promise<Weight[]> {
  const { assets } = (await import(join(root, 'packages/dashboard/dist/assets.mjs'))) as typeof dashboard
  const sum = (name: string, files: readonly string[]): Weight => {
    const weights = files.map((file) => weigh(file, Buffer.from(assets[file]!.body)))
    const total = (of: 'min' | 'gzip' | 'brotli'): number => weights.reduce((all, weight) => all + weight[of], 0)
    return { name, min: total('min'), gzip: total('gzip'), brotli: total('brotli') }
  }
  const files = Object.keys(assets)
  const needed = new Set(files.filter((file) => !file.endsWith('.js')))
  const follow = (file: string): void => {
    if (needed.has(file)) return
    needed.add(file)
    for (const [, name] of assets[file]!.body.matchAll(/["']\.\/([\w-]+\.js)["']/g)) if (!/^[a-z]+Page-/.test(name!)) follow(`assets/${name}`)
  }
  follow(files.find((file) => /\/app-[^/]+\.js$/.test(file))!)
  return [sum('dashboard', [...needed]), sum('admin pages', files.filter((file) => !needed.has(file)))]
}

function print(weights: Weight[]): void {
  console.log(`${''.padEnd(30)}${['min', 'gzip -9', 'brotli 11', 'budget'].map((head) => head.padStart(11)).join('')}`)
  for (const { name, min, gzip, brotli } of weights)
    console.log(`${name.padEnd(30)}${[min, gzip, brotli, budgets[name]!].map((bytes) => bytes.toLocaleString('en').padStart(11)).join('')}`)
}
