import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bundle, weigh, type Weight } from '../scripts/weigh.ts'
import { cacheFolder } from './cache.ts'
import { compare } from './compare.ts'
import { installTrackers, lackOf, trackers, type OtherTracker } from './otherTrackers.ts'
import type { BenchOptions, Figure } from './run.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const dist = join(root, 'packages/tracker/dist')
const ourScript = 't.js'
const ourImport = 'import { init, standard }'

/** What a page loads of our tracker, and of others. */
export async function bytes({ log }: BenchOptions): Promise<Figure[]> {
  log('building the tracker …')
  execFileSync(process.execPath, [join(root, 'scripts/build.mjs'), 'tracker'], { stdio: ['ignore', 2, 2] })
  const ours = [...[ourScript, 't.full.js'].map((file) => weigh(file, readFileSync(join(dist, file)))), weigh(ourImport, await bundle(`export { init, standard } from ${JSON.stringify(join(dist, 'index.mjs'))}`))]
  const modules = installTrackers(cacheFolder('trackers'))
  if (modules === undefined) log('other trackers are NOT compared: their packages could not be installed')
  const figures = ours.flatMap(figuresOf)
  for (const tracker of modules === undefined ? [] : trackers) {
    const code = await codeOf(tracker, modules!)
    const theirs = weigh(`${tracker.name} ${tracker.version}, ${'file' in tracker ? tracker.file.split('/').at(-1) : tracker.exports}`, code)
    figures.push(...figuresOf(theirs), compareOne(ours.find(({ name }) => name === ('file' in tracker ? ourScript : ourImport))!, theirs, lackOf(tracker, code.toString())))
  }
  return figures
}

function codeOf(tracker: OtherTracker, modules: string): Promise<Buffer> | Buffer {
  const folder = join(modules, tracker.name)
  return 'file' in tracker ? readFileSync(join(folder, tracker.file)) : bundle(`export ${tracker.exports} from ${JSON.stringify(join(folder, tracker.module))}`)
}

function figuresOf({ name, min, gzip, brotli }: Weight): Figure[] {
  return Object.entries({ 'minified': min, 'gzip -9': gzip, 'brotli 11': brotli }).map(([column, value]) => ({ name: `${name}, ${column}`, value, unit: 'B', better: 'lower' }))
}

function compareOne(ours: Weight, theirs: Weight, unequal: string): Figure {
  return compare({ what: `bytes of ${ours.name}, brotli 11`, ours: ours.brotli, baseline: theirs.name, theirs: theirs.brotli, unit: 'B', better: 'lower', unequal, command: 'npm run bench -- bytes' })
}
