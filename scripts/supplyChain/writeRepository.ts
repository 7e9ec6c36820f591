import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root, type PublishedPackage } from './publishedPackages.ts'

/** Writes where the sources are into the checkout's package.json and those of packages. @throws Error where the address is none of git over https */
export function writeRepository(url: string, packages: readonly PublishedPackage[], folder: string = root): void {
  if (!/^git\+https:\/\/[\w.-]+\/[\w./-]+\.git$/.test(url)) throw new Error(`${url} is no address of sources: write git+https://HOST/OWNER/NAME.git`)
  for (const dir of ['.', ...packages.map(({ dir }) => dir)]) {
    const file = join(folder, dir, 'package.json')
    const { name, version, ...manifest } = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>
    const repository = { type: 'git', url, ...(dir !== '.' && { directory: dir }) }
    writeFileSync(file, `${JSON.stringify({ name, version, ...manifest, repository }, undefined, 2)}\n`)
  }
}
