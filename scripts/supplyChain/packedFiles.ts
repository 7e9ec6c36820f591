import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { root, type PublishedPackage } from './publishedPackages.ts'

/** What `npm pack --json` says of a package. */
export interface Packed {
  filename: string
  /** Bytes of the tarball. */
  size: number
  unpackedSize: number
  /** sha512 of the tarball. */
  integrity: string
  files: { path: string; size: number }[]
}

/** Sources are there for the source maps, and for who wants to read what runs. */
const allowed = /^(?:LICENSE|README\.md|NOTICE\.md|package\.json|bin\/treadlight\.mjs|src\/[\w./-]+\.(?:ts|mts|mjs|tsx|css|html)|dist\/[\w./-]+\.(?:mjs|js|d\.ts|d\.mts|map))$/
const required = ['LICENSE', 'README.md', 'package.json']

/** Bytes that a tarball may have: more is looked at before it is raised. */
const largest: Readonly<Record<string, number>> = {
  '@treadlight/protocol': 40_000,
  '@treadlight/tracker': 90_000,
  '@treadlight/server': 160_000,
  '@treadlight/destinations': 170_000,
  '@treadlight/store': 1_300_000,
  treadlight: 1_700_000,
}

/** What no file may have in it: keys, tokens, and where somebody's checkout lies. */
const secrets = [/-----BEGIN [A-Z ]*PRIVATE KEY-----/, /\bAKIA[0-9A-Z]{16}\b/, /\bgh[pousr]_[A-Za-z0-9]{36}\b/, /\bnpm_[A-Za-z0-9]{36}\b/, /\btl_[\w-]{43}\b/, /(?:^|["'\s(])\/(?:root|home\/\w+|Users\/\w+)\//m]

/** Packs a package as it is built. @param into folder for the tarball; without one nothing is written */
export function pack({ dir }: PublishedPackage, into?: string): Packed {
  const args = ['pack', '--json', '--ignore-scripts', ...(into === undefined ? ['--dry-run'] : ['--pack-destination', into])]
  const [packed] = JSON.parse(execFileSync('npm', args, { cwd: join(root, dir), encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })) as [Packed]
  return packed
}

/** What is wrong with what would be published; nothing where all is well. Each begins with the file. */
export function packedFindings(published: PublishedPackage, packed: Packed): string[] {
  const paths = new Set(packed.files.map(({ path }) => path))
  const most = largest[published.name] ?? 0
  return [
    ...required.filter((path) => !paths.has(path)).map((path) => `${path}: is not in the package`),
    ...Array.from(paths).filter((path) => !allowed.test(path)).map((path) => `${path}: is not on the list of what may be published`),
    ...(packed.size > most ? [`${packed.filename}: has ${packed.size} bytes, more than ${most}`] : []),
    ...exportedFiles(published).filter((path) => !paths.has(path)).map((path) => `${path}: is named in package.json and not in the package`),
    ...Array.from(paths).flatMap((path) => textFindings(path, readFileSync(join(root, published.dir, path), 'utf8'), paths)),
  ]
}

/** What is wrong with one file. @param paths all files of the package */
export function textFindings(path: string, text: string, paths: ReadonlySet<string>): string[] {
  const found = secrets.filter((secret) => secret.test(text)).map((secret) => `${path}: has what looks like a secret or a path of somebody’s machine (${secret.source})`)
  return path.endsWith('.map') ? [...found, ...mapFindings(path, text, paths)] : found
}

/** A map leads to files of the package, or has what it leads to in itself. */
function mapFindings(path: string, text: string, paths: ReadonlySet<string>): string[] {
  const { sources, sourcesContent = [] } = JSON.parse(text) as { sources: string[]; sourcesContent?: (string | null)[] }
  return sources.flatMap((source, index) => {
    const leadsTo = normalize(join(dirname(path), source))
    if (leadsTo.startsWith('..')) return [`${path}: leads out of the package, to ${source}`]
    return paths.has(leadsTo) || sourcesContent[index] ? [] : [`${path}: leads to ${leadsTo}, which is not in the package`]
  })
}

/** All that `exports` and `bin` lead to. */
function exportedFiles({ manifest }: PublishedPackage): string[] {
  const targets = Object.values(manifest.exports ?? {}).flatMap((target) => (typeof target === 'string' ? [target] : Object.values(target)))
  return [...targets, ...Object.values(manifest.bin ?? {})].map((target) => normalize(target))
}
