import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { installedWith, readLockFile, type LockedPackage } from './lockFile.ts'
import { publishedPackages, readManifest, type Manifest } from './publishedPackages.ts'

/** What an own package is taken from in place of a registry: a tarball in the project's folder. */
export interface Tarball {
  file: string
  integrity: string
}

/**
 * Makes of a folder a project that has some of our packages and what comes with them, in the versions of package-lock.json: what
 * `npm ci` installs there, and `npm sbom` lists, is what users get and what the tests ran with.
 *
 * @param manifest the project's own; its dependencies are of ours, or what is theirs
 * @param tarballs of our packages, by name; they cannot be installed without
 */
export function writeLockedProject(folder: string, manifest: Pick<Manifest, 'name' | 'version'> & { license?: string; dependencies: Record<string, string> }, dirs: readonly string[], tarballs: Readonly<Record<string, Tarball>> = {}): void {
  const packages: Record<string, object> = { '': manifest }
  for (const { path, name, locked } of installedWith(readLockFile(), dirs)) if (name !== manifest.name) packages[placeWithoutWorkspaces(path)] = entryOf(path, locked, tarballs[name])
  mkdirSync(folder, { recursive: true })
  const sorted = Object.fromEntries(Object.entries(packages).toSorted(([a], [b]) => (a < b ? -1 : 1)))
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest, undefined, 2))
  writeFileSync(join(folder, 'package-lock.json'), JSON.stringify({ name: manifest.name, version: manifest.version, lockfileVersion: 3, requires: true, packages: sorted }, undefined, 2))
}

/** `packages/store/node_modules/x` is `node_modules/@treadlight/store/node_modules/x` where it is installed. */
function placeWithoutWorkspaces(path: string): string {
  const own = publishedPackages().find(({ dir }) => path === dir || path.startsWith(`${dir}/`))
  return own === undefined ? path : `node_modules/${own.name}${path.slice(own.dir.length)}`
}

function entryOf(path: string, locked: LockedPackage, tarball: Tarball | undefined): object {
  if (!path.startsWith('packages/') || path.includes('node_modules/')) return locked
  const { version, license, dependencies, bin, engines } = readManifest(path)
  return { version, ...(tarball && { resolved: `file:${tarball.file}`, integrity: tarball.integrity }), license, dependencies, bin, engines }
}
