import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { PublishedPackage } from './publishedPackages.ts'

/** A package's bill of materials, beside its tarball and named like it. */
export function sbomName({ name, manifest }: PublishedPackage): string {
  return `${name.replace('@', '').replace('/', '-')}-${manifest.version}.cdx.json`
}

/** As `sha256sum --check` reads them. @param files names in the folder */
export function checksumsOf(folder: string, files: readonly string[]): string {
  return files.map((file) => `${createHash('sha256').update(readFileSync(join(folder, file))).digest('hex')}  ${file}\n`).join('')
}

/** Provenance says which commit and which run a tarball is from; scoped packages are not public unless told. */
export function publishCommand(tarball: string): string[] {
  return ['npm', 'publish', tarball, '--provenance', '--access', 'public']
}
