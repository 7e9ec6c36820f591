import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** What of a package.json is looked at here. */
export interface Manifest {
  name: string
  version: string
  private?: boolean
  license?: string
  type?: string
  engines?: Record<string, string>
  repository?: { type: string; url: string; directory?: string }
  sideEffects?: boolean | string[]
  exports?: Record<string, string | Record<string, string>>
  bin?: Record<string, string>
  files?: string[]
  scripts?: Record<string, string>
  dependencies?: Record<string, string>
  devDependencies?: Record<string, string>
  peerDependencies?: Record<string, string>
  peerDependenciesMeta?: Record<string, { optional?: boolean }>
}

/** One that is published. */
export interface PublishedPackage {
  /** As npm has it: `@treadlight/store`. */
  name: string
  /** From the root of the checkout: `packages/store`. */
  dir: string
  manifest: Manifest
}

/** The root of the checkout. */
export const root: string = fileURLToPath(new URL('../../', import.meta.url))

/** All packages that are published, those first that others depend on: the order in which npm has to get them. */
export function publishedPackages(): PublishedPackage[] {
  const all = readdirSync(join(root, 'packages'))
    .map((name) => `packages/${name}`)
    .map((dir) => ({ dir, manifest: readManifest(dir) }))
    .filter(({ manifest }) => !manifest.private)
    .map(({ dir, manifest }) => ({ name: manifest.name, dir, manifest }))
  const sorted: PublishedPackage[] = []
  for (const pack of all.toSorted((a, b) => (a.name < b.name ? -1 : 1))) addAfterDependencies(pack, all, sorted)
  return sorted
}

/** The package.json of a folder of the checkout, '.' for its own. */
export function readManifest(dir: string): Manifest {
  return JSON.parse(readFileSync(join(root, dir, 'package.json'), 'utf8')) as Manifest
}

function addAfterDependencies(pack: PublishedPackage, all: readonly PublishedPackage[], sorted: PublishedPackage[]): void {
  if (sorted.includes(pack)) return
  for (const { name } of all.filter(({ name }) => pack.manifest.dependencies?.[name] !== undefined)) addAfterDependencies(all.find((other) => other.name === name)!, all, sorted)
  sorted.push(pack)
}
