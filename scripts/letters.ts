// `node --import tsx scripts/letters.ts [seconds]`: which names make the tracker's scripts smallest. The order of the
// letters by which terser names variables is worth some 1 % under brotli, and what is best changes with the code: run it
// when the tracker has changed, and put what it prints into rollup.config.mjs.
import { readFileSync } from 'node:fs'
import { brotliCompressSync } from 'node:zlib'
import { minify } from 'terser'
import { naming } from '../packages/tracker/build/naming.mjs'

const scripts = ['t.js', 't.full.js'].map((file) => readFileSync(new URL(`../packages/tracker/dist/${file}`, import.meta.url), 'utf8'))
const end = Date.now() + Number(process.argv[2] ?? 120) * 1000

let best = [...'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ$_']
let sizes = await weigh(best)
while (Date.now() < end) {
  const letters = [...best]
  for (let swaps = 1 + Math.floor(Math.random() * 3); swaps > 0; swaps--) {
    const [one, other] = [pick(), pick()]
    ;[letters[one], letters[other]] = [letters[other]!, letters[one]!]
  }
  const candidate = await weigh(letters)
  // Equal ones too, or it would stay where it is.
  if (sum(candidate) > sum(sizes)) continue
  if (sum(candidate) < sum(sizes)) console.log(candidate.join(' + '), letters.join(''))
  best = letters
  sizes = candidate
}

function pick(): number {
  return Math.floor(Math.random() * best.length)
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0)
}

/** Bytes of each script after brotli 11, with names by these letters. */
function weigh(letters: readonly string[]): Promise<number[]> {
  return Promise.all(
    scripts.map(async (script) => {
      const { code } = await minify(script, { ecma: 2020, compress: false, mangle: { nth_identifier: naming(letters) } })
      return brotliCompressSync(code!).length
    }),
  )
}
