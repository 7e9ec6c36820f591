// One config builds every package; `scripts/build.mjs` runs only the parts whose sources changed.
// Types are checked by `npm run types`, once for the whole house: here each file is only stripped of them.
import { readFileSync } from 'node:fs'
import nodeResolve from '@rollup/plugin-node-resolve'
import terser from '@rollup/plugin-terser'
import typescript from '@rollup/plugin-typescript'
import { minify } from 'terser'
import { assetModule, defaultLocale, gatherCss } from './packages/dashboard/build/assets.mjs'
import { worldShapes } from './packages/dashboard/build/worldShapes.mjs'
import { compileHints } from './packages/tracker/build/compileHints.mjs'
import { naming } from './packages/tracker/build/naming.mjs'
import { scriptModule } from './packages/tracker/build/scriptModule.mjs'

/** What makes the tracker smallest under brotli; it reads no property that has side effects. */
const smallest = {
  passes: 3,
  comparisons: false,
  hoist_funs: true,
  keep_fargs: false,
  lhs_constants: false,
  loops: false,
  pure_getters: true,
  unsafe: true,
  unsafe_arrows: true,
  unsafe_comps: true,
  unsafe_methods: true,
}

/** The order in which letters become names in each of the tracker's scripts, by which it is smallest: scripts/letters.ts finds it. */
const letters = {
  tag: 'stpfdPmlcGHJ$oKYiNwvFxuyrCUk_aAXnjEhgSIZMbzVQLTBqeWORD',
  tagFull: 'ldInitTreupMDESfPsbVxoRaOyHzGgvZWkcKFJUwLABmC_Y$qhQjNX',
  pagetimer: 'abcdefghijklmnopqrstuvwxyz',
  tagServer: 'dosfetQGngX_DMEhywbBLuTRzrNpKxSjFiJckZvaPCYqIWAVmOUlH$',
}

/** In the order in which they need one another's output. */
const packages = {
  protocol: nodePackage('packages/protocol', ['index']),
  store: nodePackage('packages/store', ['index', 'clickhouse', 'workerd']),
  tracker: [
    nodePackage('packages/tracker', ['index', 'vitals', 'consentMode']),
    trackerTag('packages/tracker', 'tag', 't.js', 'script'),
    trackerTag('packages/tracker', 'tagFull', 't.full.js', 'scriptFull'),
    trackerTag('packages/tracker', 'pagetimer', 'pagetimer.js', 'scriptPagetimer'),
    trackerTag('packages/tracker', 'tagServer', 't.server.js', 'scriptServer'),
  ],
  server: nodePackage('packages/server', ['index', 'outbox', 'bullmq', 'express', 'fastify', 'h3', 'hono', 'next', 'sveltekit', 'workers']),
  destinations: nodePackage('packages/destinations', ['index', 'file', 'forward', 'node', 'universal-analytics']),
  dashboard: [dashboardPage('packages/dashboard'), cardScript('packages/dashboard')],
  collector: nodePackage('packages/collector', ['index', 'cli', 'client', 'cloudflare'], ['@treadlight/tracker/script', '@treadlight/tracker/script-full', '@treadlight/tracker/script-server', '@treadlight/tracker/script-pagetimer', '@treadlight/dashboard', '@treadlight/dashboard/card']),
  demo: nodePackage('demo', ['index']),
}

/**
 * ESM and declarations for Node and its kin. Dependencies stay imports, except those in `bundled`:
 * generated modules that hold what a browser will load.
 */
function nodePackage(dir, entries, bundled = []) {
  const { dependencies = {}, peerDependencies = {} } = JSON.parse(readFileSync(`${dir}/package.json`, 'utf8'))
  const installed = Object.keys({ ...dependencies, ...peerDependencies })
  const isExternal = (id) =>
    !bundled.includes(id) &&
    (id.startsWith('node:') || id === 'cloudflare:workers' || installed.some((name) => id === name || id.startsWith(`${name}/`)))
  return {
    input: Object.fromEntries(entries.map((entry) => [entry, `${dir}/src/${entry}.ts`])),
    external: isExternal,
    plugins: [nodeResolve(), stripTypes(dir)],
    output: {
      dir: `${dir}/dist`,
      entryFileNames: '[name].mjs',
      chunkFileNames: '[name].mjs',
      sourcemap: true,
      // What is built in is no file of the package, and its text is in the map: no map leads out of its package.
      sourcemapPathTransform: (path) => path.replace(/^\.\.\/\.\.\/(\w+)\/dist\//, '../built-in/$1/'),
    },
  }
}

/** The tracker as one classic script, and as a module of strings for the collector. */
function trackerTag(dir, entry, file, module) {
  return {
    input: `${dir}/src/${entry}.ts`,
    plugins: [nodeResolve(), stripTypes(dir), scriptModule(`${module}.mjs`)],
    output: {
      file: `${dir}/dist/${file}`,
      format: 'iife',
      // Without 'use strict', on which nothing depends.
      strict: false,
      // A map, but no comment that names it: collectors serve the script alone.
      sourcemap: 'hidden',
      plugins: [constToLet(), shrink(letters[entry])],
    },
  }
}

/** One word for both in what is loaded: up to 36 bytes under brotli. Nothing is assigned that was a constant, because the compiler has seen to it. */
function constToLet() {
  return { name: 'const-to-let', renderChunk: (code) => ({ code: code.replace(/\bconst /g, 'let '), map: null }) }
}

/**
 * Terser by itself: @rollup/plugin-terser works in threads, to which no function can be handed that names variables. In two
 * steps, so that scripts/letters.ts can try names without the first.
 */
function shrink(order) {
  return {
    name: 'shrink',
    async renderChunk(code) {
      const { code: compressed, map } = await minify(code, { ecma: 2020, compress: smallest, mangle: false, sourceMap: true })
      const small = await minify(compressed, { ecma: 2020, compress: false, mangle: { nth_identifier: naming(order) }, sourceMap: { content: map } })
      // Last, because terser leaves out parentheses; by them the map is a few columns out.
      return { code: compileHints(small.code), map: small.map }
    },
    // The line break with which Rollup ends files is worth seven bytes under brotli.
    generateBundle(_, bundle) {
      for (const file of Object.values(bundle)) if (file.type === 'chunk') file.code = file.code.trimEnd()
    },
  }
}

/** The dashboard: a page for browsers, as one module of strings that the collector takes in. */
function dashboardPage(dir) {
  return {
    input: { app: `${dir}/src/index.tsx` },
    plugins: [
      worldShapes(),
      nodeResolve({ browser: true }),
      stripTypes(dir),
      defaultLocale(),
      gatherCss(),
      terser({ module: true }),
      assetModule({ template: `${dir}/src/index.html`, icon: `${dir}/src/mark.svg` }),
    ],
    output: {
      dir: `${dir}/dist`,
      entryFileNames: 'assets/[name]-[hash].js',
      chunkFileNames: 'assets/[name]-[hash].js',
      assetFileNames: 'assets/[name]-[hash][extname]',
    },
  }
}

/** The card of a user as one classic script for other people's pages, and as a module of strings for the collector. */
function cardScript(dir) {
  return {
    input: `${dir}/src/card/card.ts`,
    plugins: [nodeResolve({ browser: true }), stripTypes(dir), scriptModule('card.mjs')],
    output: { file: `${dir}/dist/card.js`, format: 'iife', plugins: [terser({ ecma: 2022 })] },
  }
}

/** Each package's tsconfig.json switches checking off and declarations on. */
function stripTypes(dir) {
  return typescript({ tsconfig: `${dir}/tsconfig.json` })
}

export default (args) => {
  const wanted = args.configOnly?.split(',') ?? Object.keys(packages)
  delete args.configOnly
  return wanted.flatMap((name) => packages[name])
}
