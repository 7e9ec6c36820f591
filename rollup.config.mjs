// One config builds every package; `scripts/build.mjs` runs only the parts whose sources changed.
// Types are checked by `npm run types`, once for the whole house: here each file is only stripped of them.
import { readFileSync } from 'node:fs'
import nodeResolve from '@rollup/plugin-node-resolve'
import typescript from '@rollup/plugin-typescript'

/** In the order in which they need one another's output. */
const packages = {
  protocol: nodePackage('packages/protocol', ['index']),
  store: nodePackage('packages/store', ['index']),
  server: nodePackage('packages/server', ['index']),
  destinations: nodePackage('packages/destinations', ['index']),
  collector: nodePackage('packages/collector', ['index', 'cli'], ['@treadlight/tracker/script', '@treadlight/dashboard']),
  demo: nodePackage('demo', ['index']),
}

/**
 * ESM and declarations for Node and its kin. Dependencies stay imports, except those in `bundled`:
 * generated modules that hold what a browser will load.
 */
function nodePackage(dir, entries, bundled = []) {
  const { dependencies = {} } = JSON.parse(readFileSync(`${dir}/package.json`, 'utf8'))
  const isExternal = (id) =>
    !bundled.includes(id) &&
    (id.startsWith('node:') || Object.keys(dependencies).some((name) => id === name || id.startsWith(`${name}/`)))
  return {
    input: Object.fromEntries(entries.map((entry) => [entry, `${dir}/src/${entry}.ts`])),
    external: isExternal,
    plugins: [nodeResolve(), stripTypes(dir)],
    output: {
      dir: `${dir}/dist`,
      entryFileNames: '[name].mjs',
      chunkFileNames: '[name].mjs',
      sourcemap: true,
    },
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
