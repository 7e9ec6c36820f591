// `npm run release`: everything that stands between a commit and npm, in order. See docs/supply-chain.md.
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { manifestFindings, repositoryFindings } from './supplyChain/manifestFindings.ts'
import { pack, packedFindings, type Packed } from './supplyChain/packedFiles.ts'
import { publishedPackages, readManifest, root, type PublishedPackage } from './supplyChain/publishedPackages.ts'
import { checksumsOf, publishCommand, sbomName } from './supplyChain/releaseFiles.ts'
import { writeRepository } from './supplyChain/writeRepository.ts'
import { writeSbom } from './supplyChain/writeSbom.ts'

const usage = `npm run release [-- --dry-run | --publish | --repository URL]

Checks the checkout, builds and packs what is published into release/, with bills of materials and checksums, and prints the
commands that publish it, in order. Publishes nothing.

  --dry-run          without .ci/run, and goes on where something is wrong, so that all of it is said
  --publish          runs the commands in the end: in a CI that npm knows as a trusted publisher
  --repository URL   writes where the sources are into every package.json, and does nothing else`

const { values: options } = parseArgs({ options: { 'dry-run': { type: 'boolean', default: false }, publish: { type: 'boolean', default: false }, repository: { type: 'string' }, help: { type: 'boolean', default: false } } })
const folder = join(root, 'release')
const packages = publishedPackages()
let wrong = 0

if (options.help) console.log(usage)
else if (options.repository !== undefined) writeRepository(options.repository, packages)
else release()

function release(): void {
  if (options.publish && options['dry-run']) fail('--publish and --dry-run are not one thing: leave one out')
  const { version } = readManifest('.')
  check('clean checkout', () => (run('git', ['status', '--porcelain']).trim() === '' ? [] : ['there are changes that are in no commit: commit them, or put them aside']))
  check(`CHANGELOG.md has ${version}`, () => (hasEntry(version) ? [] : [`it has no heading ## ${version}: say there what is new`]))
  for (const pack of packages) check(`package.json of ${pack.name}`, () => [...manifestFindings(pack), ...repositoryFindings(pack)])
  check('build', () => (run(process.execPath, ['scripts/build.mjs', '--force']), []))
  if (options['dry-run']) console.log('– .ci/run (not in a dry run)')
  else check('.ci/run', () => (spawnSync('bash', ['.ci/run'], { cwd: root, stdio: 'inherit' }).status === 0 ? [] : ['it failed: see above']))
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder)
  const files = packages.flatMap((pack) => writeFiles(pack))
  writeFileSync(join(folder, 'SHA256SUMS'), checksumsOf(folder, files))
  console.log(`✓ ${files.length} files and SHA256SUMS in release/\n`)
  const commands = files.filter((file) => file.endsWith('.tgz')).map((file) => publishCommand(`release/${file}`))
  console.log(commands.map((command) => command.join(' ')).join('\n'))
  if (wrong > 0) fail(`${wrong} of the checks above failed: nothing may be published like this`)
  if (options.publish) for (const [command, ...args] of commands) publish(command!, args)
}

/** Says what is wrong. Ends there, but for a dry run. */
function check(name: string, findings: () => readonly string[]): void {
  const found = findings()
  console.log([`${found.length === 0 ? '✓' : '✗'} ${name}`, ...found.map((finding) => `    ${finding}`)].join('\n'))
  if (found.length === 0) return
  wrong++
  if (!options['dry-run']) fail('nothing was packed')
}

/** @returns names of files in release/: the tarball, and what comes with it */
function writeFiles(published: PublishedPackage): string[] {
  let packed: Packed | undefined
  check(`tarball of ${published.name}`, () => {
    packed = pack(published, folder)
    return packedFindings(published, packed)
  })
  const sbom = sbomName(published)
  writeFileSync(join(folder, sbom), writeSbom(published))
  return [packed!.filename, sbom]
}

function hasEntry(version: string): boolean {
  return readFileSync(join(root, 'CHANGELOG.md'), 'utf8').split('\n').some((line) => line === `## ${version}` || line.startsWith(`## ${version} `))
}

function run(command: string, args: string[]): string {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: root, encoding: 'utf8' })
  if (status !== 0) fail(`${command} ${args.join(' ')} failed:\n${stderr}`)
  return stdout
}

function publish(command: string, args: string[]): void {
  console.log(`\n${command} ${args.join(' ')}`)
  if (spawnSync(command, args, { cwd: root, stdio: 'inherit' }).status !== 0) fail('those above it are published: mend what failed, and run the commands from this one on')
}

function fail(text: string): never {
  console.error(`release: ${text}`)
  process.exit(1)
}
