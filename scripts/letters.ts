// `node --import tsx scripts/letters.ts [seconds]`: which names make the tracker's scripts smallest. The order of the
// letters by which terser names variables is worth some 1 % under brotli, and what is best changes with the code: run it
// when the tracker has changed, and put what it prints last of each script into rollup.config.mjs.
import { readFileSync } from 'node:fs'
import { brotliCompressSync } from 'node:zlib'
import { minify } from 'terser'
import { compileHints } from '../packages/tracker/build/compileHints.mjs'
import { naming } from '../packages/tracker/build/naming.mjs'

const seconds = Number(process.argv[2] ?? 120)
await Promise.all(['t.js', 't.full.js', 't.server.js'].map(search))

async function search(file: string): Promise<void> {
  const script = readFileSync(new URL(`../packages/tracker/dist/${file}`, import.meta.url), 'utf8')
  const end = Date.now() + seconds * 1000
  let best = [...'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ$_']
  let size = await weigh(script, best)
  while (Date.now() < end) {
    const letters = [...best]
    const pick = (): number => Math.floor(Math.random() * letters.length)
    for (let swaps = 1 + Math.floor(Math.random() * 3); swaps > 0; swaps--) {
      const [one, other] = [pick(), pick()]
      ;[letters[one], letters[other]] = [letters[other]!, letters[one]!]
    }
    const candidate = await weigh(script, letters)
    // Equal ones too, or it would stay where it is.
    if (candidate > size) continue
    if (candidate < size) console.log(file, candidate, letters.join(''))
    best = letters
    size = candidate
  }
}

/** Bytes of a script after brotli 11, with names by these letters. */
async function weigh(script: string, letters: readonly string[]): Promise<number> {
  const { code } = await minify(script, { ecma: 2020, compress: false, mangle: { nth_identifier: naming(letters) } })
  return brotliCompressSync(compileHints(code!)).length
}
