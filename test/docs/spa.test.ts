import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { RouterName } from '../../scripts/frameworks.ts'
import { blocksOf, readDocument, root } from './documents.ts'

// Recipes are what `npm run test:frameworks` builds and walks through, but for the address of the script.

const sections: Readonly<Record<RouterName, string>> = {
  'react-router': 'React Router',
  next: 'Next, app router',
  'vue-router': 'Vue Router',
  sveltekit: 'SvelteKit',
  astro: 'Astro, with view transitions',
}
const text = readDocument('docs/spa.md')
const lineOf = (piece: string): number => text.slice(0, text.indexOf(piece)).split('\n').length

/** The lines of an app, without blanks around them. */
function linesOf(app: string): Set<string> {
  const folder = join(root, 'test/frameworks', app)
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => /\.(?:html|jsx?|vue|svelte|astro)$/.test(name) && !/node_modules/.test(name))
  return new Set(files.flatMap((name) => readFileSync(join(folder, name), 'utf8').split('\n').map(plain)))
}

/** The apps have the collector on their own origin, and run in the frame of no test. */
function plain(line: string): string {
  return line
    .trim()
    .replace('https://stats.example/', '/')
    .replace(' data-ignore="iframe"', '')
    .replace('standard({ ignore: [] })', 'standard()')
}

test('docs/spa.md has a part for each framework that is tried', () => {
  for (const title of Object.values(sections)) expect(text).toContain(`\n## ${title}\n`)
})

test.each(Object.entries(sections))('docs/spa.md: the files for %s are those of the app that is built', (app, title) => {
  const [from, next] = [lineOf(`\n## ${title}\n`), lineOf(text.slice(text.indexOf(`\n## ${title}\n`) + 4).match(/\n## .*\n/)![0])]
  const blocks = blocksOf('docs/spa.md').filter(({ line }) => line > from && line < next)
  const known = linesOf(app)
  // What they add to what is built: calling `init` once the component is there, and a layout with nothing but its head.
  const own = /^\/\/ |onMount|^import \{ init, standard \}|^<\/?script>$|^$|^init\(/
  expect(blocks.length).toBeGreaterThan(0)
  const others = blocks.flatMap(({ code }) => code.split('\n').map(plain)).filter((line) => !known.has(line) && !own.test(line))
  expect(others).toEqual(app === 'next' ? ['<body>{children}</body>'] : [])
})

test('docs/spa.md: the module that an app imports first is theirs', () => {
  const { code } = blocksOf('docs/spa.md').find((block) => block.code.startsWith('// src/tracker.js'))!
  for (const app of ['react-router', 'vue-router']) expect([...linesOf(app)]).toEqual(expect.arrayContaining(code.split('\n').slice(1).map(plain)))
})
