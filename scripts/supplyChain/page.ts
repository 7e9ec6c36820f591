import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { installedWith, placeOf, readLockFile, type Installed, type LockFile } from './lockFile.ts'
import { publishedPackages, readManifest, root } from './publishedPackages.ts'
import { otherLicences, reasons, reasonsInPage } from './reasons.ts'

const page = 'packages/dashboard'

/** docs/supply-chain.md with its tables made anew. @param text the page as it is */
export function writePage(text: string): string {
  const lock = readLockFile()
  const installed = foreign(installedWith(lock, publishedPackages().map(({ dir }) => dir)))
  const tables = { direct: directTable(lock), installed: installedTable(installed), page: pageTable(lock), peers: peersTable(lock) }
  return Object.entries(tables).reduce((text, [name, table]) => replaceTable(text, name, table), text)
}

/** What comes with our packages and is not ours. */
export function foreign(installed: readonly Installed[]): Installed[] {
  return installed.filter(({ path }) => path.startsWith('node_modules/'))
}

/** What the page is made of: what is built in is no dependency of whoever installs treadlight, and its licence is to be kept all the same. */
export function builtIn(lock: LockFile = readLockFile()): Installed[] {
  const direct = Object.keys(readManifest(page).devDependencies ?? {}).map((name) => placeOf(lock, name, page))
  // It draws maps at a command line, for which topojson-client has a program.
  return foreign(installedWith(lock, direct)).filter(({ name }) => name !== 'commander')
}

/** packages/collector/NOTICE.md: the licences of what is built into the page, which is minified and says none of them. */
export function writeNotice(): string {
  const notices = builtIn().map(({ name, path, locked }) => `## ${name} ${locked.version}\n\n${readLicence(path)}\n`)
  return `# What is built into the dashboard\n\nTreadlight’s page has parts of these packages in it.\n\n${notices.join('\n')}`
}

function readLicence(path: string): string {
  const file = readdirSync(join(root, path)).find((name) => /^licen[cs]e/i.test(name))
  if (file === undefined) throw new Error(`${path} has no licence: run npm ci, or ask its authors for one`)
  return readFileSync(join(root, path, file), 'utf8').replaceAll('\r\n', '\n').trim()
}

function directTable(lock: LockFile): string[] {
  const rows = publishedPackages().flatMap(({ name, dir, manifest }) =>
    Object.keys(manifest.dependencies ?? {})
      .filter((dependency) => lock[placeOf(lock, dependency, dir)] !== undefined && !placeOf(lock, dependency, dir).startsWith('packages/'))
      .map((dependency) => ({ name, dependency, locked: lock[placeOf(lock, dependency, dir)]! })),
  )
  return ['| package | depends on | licence | for |', '|---|---|---|---|', ...rows.map(({ name, dependency, locked }) => `| \`${name}\` | ${dependency} ${locked.version} | ${licenceOf(dependency, locked.license)} | ${reasons[dependency] ?? ''} |`)]
}

function installedTable(installed: readonly Installed[]): string[] {
  const others = installed.filter(({ name, askedBy }) => reasons[name] === undefined || askedBy.every((asking) => !isOurs(asking)))
  return ['| comes with them | licence | asked for by |', '|---|---|---|', ...others.map(({ name, locked, askedBy }) => `| ${name} ${locked.version} | ${licenceOf(name, locked.license)} | ${askedBy.join(', ')} |`)]
}

function pageTable(lock: LockFile): string[] {
  const rows = builtIn(lock).map(({ name, locked, askedBy }) => `| ${name} ${locked.version} | ${locked.license} | ${reasonsInPage[name] ?? `of ${askedBy.join(', ')}`} |`)
  return ['| in the page | licence | for |', '|---|---|---|', ...rows]
}

function peersTable(lock: LockFile): string[] {
  const rows = publishedPackages().flatMap(({ name, dir, manifest }) =>
    Object.entries(manifest.peerDependencies ?? {})
      .filter(([peer]) => !isOurs(peer))
      .map(([peer, range]) => `| \`${name}\` | ${peer} ${range} | ${lock[placeOf(lock, peer, dir)]!.license} |`),
  )
  return ['| package | works with | licence |', '|---|---|---|', ...rows]
}

function licenceOf(name: string, licence: string | undefined): string {
  const other = otherLicences[name]
  return other === undefined ? String(licence) : `${other.licence}: ${other.why}`
}

function isOurs(name: string): boolean {
  return name === 'treadlight' || name.startsWith('@treadlight/')
}

/** Between `<!-- NAME -->` and `<!-- /NAME -->`. */
function replaceTable(text: string, name: string, lines: readonly string[]): string {
  const parts = text.split(new RegExp(`(?<=<!-- ${name} -->\\n)[^]*?(?=<!-- /${name} -->)`))
  if (parts.length !== 2) throw new Error(`docs/supply-chain.md must have <!-- ${name} --> and <!-- /${name} --> once, each in a line of its own`)
  return `${parts[0]}\n${lines.join('\n')}\n\n${parts[1]}`
}
