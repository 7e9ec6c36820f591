import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './publishedPackages.ts'

/** What package-lock.json says of a package. */
export interface LockedPackage {
  name?: string
  version: string
  /** sha512 of what the registry hands out, base64. */
  integrity?: string
  license?: string
  /** True of our own packages in node_modules: `resolved` is their folder. */
  link?: boolean
  resolved?: string
  hasInstallScript?: boolean
  dev?: boolean
  optional?: boolean
  dependencies?: Record<string, string>
  optionalDependencies?: Record<string, string>
  peerDependencies?: Record<string, string>
}

/** Packages by their place: `node_modules/pg`, `packages/store`, '' for the checkout. */
export type LockFile = Readonly<Record<string, LockedPackage>>

/** One that is installed with what asks for it. */
export interface Installed {
  /** Its place in the lock file; our own ones are `packages/…`. */
  path: string
  name: string
  locked: LockedPackage
  /** Names of those that ask for it, sorted. */
  askedBy: string[]
}

/** The lock file of the checkout. */
export function readLockFile(): LockFile {
  return (JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as { packages: LockFile }).packages
}

/**
 * All that comes with packages where they are installed, themselves included, sorted by place. What is optional as a peer does not come.
 * @param dirs folders of the checkout
 * @throws Error where the lock file does not have something: `npm run lock`
 */
export function installedWith(lock: LockFile, dirs: readonly string[]): Installed[] {
  const found = new Map<string, Installed>()
  for (const dir of dirs) follow(dir, undefined)
  return Array.from(found.values()).toSorted((a, b) => (a.path < b.path ? -1 : 1))

  function follow(path: string, askedBy: string | undefined): void {
    const locked = lock[path]
    if (locked === undefined) throw new Error(`${path} is not in package-lock.json: run npm run lock`)
    const known = found.get(path)
    const own = known ?? { path, name: nameOf(path, locked), locked, askedBy: [] }
    found.set(path, own)
    if (askedBy !== undefined && !own.askedBy.includes(askedBy)) own.askedBy = [...own.askedBy, askedBy].toSorted()
    if (known) return
    for (const name of Object.keys({ ...locked.dependencies, ...locked.optionalDependencies })) follow(placeOf(lock, name, path), own.name)
  }
}

/** As Node.js looks for it: beside whoever asks, then further up. @throws Error where it is nowhere */
export function placeOf(lock: LockFile, name: string, from: string): string {
  for (let at = from; ; at = at.includes('/') ? at.slice(0, at.lastIndexOf('/')) : '') {
    const path = at === '' ? `node_modules/${name}` : `${at}/node_modules/${name}`
    const locked = lock[path]
    if (locked !== undefined) return locked.link ? locked.resolved! : path
    if (at === '') throw new Error(`${name}, for which ${from} asks, is not in package-lock.json: run npm run lock`)
  }
}

function nameOf(path: string, { name }: LockedPackage): string {
  return name ?? path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)
}
