// `npm run lock`: writes package-lock.json anew, complete for every platform. `npm run lock -- test/frameworks/next`
// writes that of another folder.
//
// npm leaves out the optional packages of other platforms when the registry at hand does not have them, and then
// `npm ci` refuses the lock for lacking them. Their names, exact versions and platforms are all known from the
// packages that ask for them, so they are added here; npm skips what does not fit the machine.
//
// Of what lies in node_modules already npm writes no checksum, and then `npm ci` would take whatever the registry hands out
// under that version. So those of the lock of before are kept, and the registry is asked for the others.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const systems = ['android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'openharmony', 'sunos', 'aix', 'win32']
const processors = ['arm64', 'arm', 'x64', 'ia32', 'loong64', 'mips64el', 'ppc64', 'riscv64', 's390x', 'wasm32']

process.chdir(fileURLToPath(new URL(join('..', process.argv[2] ?? '.'), import.meta.url)))
const checksums = readChecksums()
rmSync('package-lock.json', { force: true })
// As in .npmrc, which npm reads in the root only.
const flags = ['--package-lock-only', '--ignore-scripts', '--omit-lockfile-registry-resolved', '--no-audit', '--no-fund']
const { status } = spawnSync('npm', ['install', ...flags], { stdio: 'inherit' })
if (status !== 0) process.exit(1)

const lock = JSON.parse(readFileSync('package-lock.json', 'utf8'))
let added = 0
for (const [path, { optionalDependencies = {}, dev }] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(optionalDependencies)) {
    const nested = path.includes('node_modules/') && `${path}/node_modules/${name}`
    if (lock.packages[`node_modules/${name}`] || lock.packages[nested]) continue
    lock.packages[`node_modules/${name}`] = { version, ...platformOf(name), ...(dev ? { dev } : {}), optional: true }
    added++
  }
}
lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1)))
const unchecked = addChecksums()
writeFileSync('package-lock.json', `${JSON.stringify(lock, null, 2)}\n`)
console.log(`${added} packages of other platforms added`)
if (unchecked.length > 0) console.log(`without a checksum, since the registry has none of: ${unchecked.join(', ')}`)

/** By name and version, as the lock of before has them. */
function readChecksums() {
  if (!existsSync('package-lock.json')) return new Map()
  const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8'))
  return new Map(Object.entries(packages).filter(([, { integrity }]) => integrity).map(([path, entry]) => [idOf(path, entry), entry.integrity]))
}

/** @returns what has none even so: optional packages of other platforms that this registry does not have */
function addChecksums() {
  const without = []
  for (const [path, entry] of Object.entries(lock.packages)) {
    if (!path.includes('node_modules/') || entry.link || entry.integrity) continue
    const id = idOf(path, entry)
    const integrity = checksums.get(id) ?? (entry.optional ? undefined : askChecksum(id))
    if (integrity === undefined) without.push(id)
    else lock.packages[path] = { version: entry.version, integrity, ...entry }
  }
  return without
}

function askChecksum(id) {
  const { stdout } = spawnSync('npm', ['view', id, 'dist.integrity'], { stdio: ['ignore', 'pipe', 'inherit'], encoding: 'utf8' })
  return stdout.trim() || undefined
}

function idOf(path, { name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length), version }) {
  return `${name}@${version.replace(/^v/, '')}`
}

function platformOf(name) {
  const words = name.split(/[-/]/)
  const os = systems.filter((system) => words.includes(system))
  const cpu = processors.filter((processor) => words.includes(processor))
  const libc = words.includes('musl') ? ['musl'] : words.includes('gnu') && os.includes('linux') ? ['glibc'] : []
  return { ...(os.length ? { os } : {}), ...(cpu.length ? { cpu } : {}), ...(libc.length ? { libc } : {}) }
}
