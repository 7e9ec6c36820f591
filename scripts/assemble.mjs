// `node scripts/assemble.mjs FOLDER`: puts what runs into a folder, out of a built checkout: treadlight, what it depends on and the
// clients of every storage, each in the version of package-lock.json. The Dockerfile does it, and so may anybody without Docker.
import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** What no package needs, and each storage or setting may: see docs/storage.md. */
const clients = ['ioredis', 'pg', 'aws4fetch', 'db0', 'mmdb-lib', '@clickhouse/client']
/** Of our own packages, what runs. */
const parts = ['bin', 'dist', 'package.json', 'LICENSE']
/** What nothing reads at run time. */
const passedOver = /(?:\.[cm]?ts|\.map|\.md|\/\.built)$|\/(?:test|tests|example|examples|docs|\.github)$/

const source = fileURLToPath(new URL('..', import.meta.url))
const target = process.argv[2]
if (target === undefined || target.startsWith('-')) fail('name the folder: node scripts/assemble.mjs FOLDER')
if (existsSync(join(target, 'node_modules'))) fail(`${target}/node_modules is there already: name another folder, or delete it`)
const { packages } = JSON.parse(readFileSync(join(source, 'package-lock.json'), 'utf8'))

/** Paths in the lock file, as `node_modules/pg` or `packages/store`, of what was taken. */
const taken = new Set()
take('treadlight', '')
for (const client of clients) {
  const from = ['', 'packages/collector', 'packages/store'].find((folder) => find(client, folder) !== undefined)
  if (from !== undefined) take(client, from)
}
const { version } = packages['packages/collector']
writeFileSync(join(target, 'package.json'), `${JSON.stringify({ name: 'treadlight-app', private: true, type: 'module', version }, null, 2)}\n`)
mkdirSync(join(target, 'node_modules/.bin'), { recursive: true })
symlinkSync('../treadlight/bin/treadlight.mjs', join(target, 'node_modules/.bin/treadlight'))
console.log(`treadlight ${version} with ${taken.size - 1} packages is in ${target}`)

/** Copies a package and what it depends on. @param from whoever asks for it, as a path in the lock file; '' for the checkout */
function take(name, from) {
  const path = find(name, from)
  if (path === undefined) fail(`${name} is not in package-lock.json: run npm ci`)
  if (taken.has(path)) return
  taken.add(path)
  const { link, resolved } = packages[path]
  if (!existsSync(join(source, path))) fail(`${path} is not there: run npm ci`)
  if (link) copyOwn(resolved, path)
  else copy(join(source, path), join(target, path))
  const own = link ? resolved : path
  const { dependencies = {}, optionalDependencies = {} } = packages[own]
  for (const dependency of Object.keys(dependencies)) take(dependency, own)
  for (const dependency of Object.keys(optionalDependencies)) if (existsSync(join(source, find(dependency, own) ?? '-'))) take(dependency, own)
}

/** As Node.js looks for it: beside whoever asks, and then further up. */
function find(name, from) {
  for (let at = from; ; at = at.includes('/') ? dirname(at) : '') {
    const path = join(at, 'node_modules', name)
    if (packages[path] !== undefined) return path
    if (at === '') return undefined
  }
}

function copyOwn(folder, path) {
  if (!existsSync(join(source, folder, 'dist'))) fail(`${folder} is not built: run npm run build`)
  for (const part of parts) if (existsSync(join(source, folder, part))) copy(join(source, folder, part), join(target, path, part))
}

function copy(from, to) {
  // What lies in a package's own node_modules is taken where it is needed.
  cpSync(from, to, { recursive: true, dereference: true, filter: (path) => (path === from || basename(path) !== 'node_modules') && !passedOver.test(path) })
}

function fail(text) {
  console.error(text)
  process.exit(1)
}
