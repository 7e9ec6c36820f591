import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writeLockedProject } from './lockedProject.ts'
import type { PublishedPackage } from './publishedPackages.ts'

/** What of a CycloneDX document is touched here; the rest is npm's. */
interface Sbom {
  serialNumber: string
  metadata: { timestamp?: string }
  components: { name: string; version: string; licenses?: { license: { id?: string } }[]; hashes?: { alg: string; content: string }[] }[]
}

/**
 * What is installed with a package, as CycloneDX, by `npm sbom`. Not asked of the checkout: there npm leaves out what the
 * checkout needs for its tests as well, h3 and unstorage among it. The document's number is a hash of what it says, and it says
 * no time, so that it is the same each time.
 *
 * @throws Error with what npm says where it fails
 */
export function writeSbom({ name, dir, manifest }: PublishedPackage): string {
  const parent = mkdtempSync(join(tmpdir(), 'treadlight-sbom-'))
  // npm calls the document after the folder.
  const folder = join(parent, name)
  try {
    const { version, license, dependencies = {} } = manifest
    writeLockedProject(folder, { name, version, ...(license !== undefined && { license }), dependencies }, [dir])
    const { status, stdout, stderr } = spawnSync('npm', ['sbom', '--package-lock-only', '--sbom-format=cyclonedx', '--sbom-type=library', '--omit=dev', '--omit=peer'], { cwd: folder, encoding: 'utf8' })
    if (status !== 0) throw new Error(`npm sbom of ${name} failed:\n${stderr}`)
    return steady(JSON.parse(stdout) as Sbom)
  } finally {
    rmSync(parent, { recursive: true })
  }
}

function steady(sbom: Sbom): string {
  delete sbom.metadata.timestamp
  sbom.serialNumber = ''
  const hash = createHash('sha256').update(JSON.stringify(sbom)).digest('hex')
  // A UUID of version 8, RFC 9562: bits of one's own.
  sbom.serialNumber = `urn:uuid:${hash.slice(0, 8)}-${hash.slice(8, 12)}-8${hash.slice(13, 16)}-8${hash.slice(17, 20)}-${hash.slice(20, 32)}`
  return `${JSON.stringify(sbom, undefined, 2)}\n`
}
