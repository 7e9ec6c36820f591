import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { installedWith, readLockFile } from '../../scripts/supplyChain/lockFile.ts'
import { manifestFindings, repositoryFindings } from '../../scripts/supplyChain/manifestFindings.ts'
import { pack, packedFindings, textFindings } from '../../scripts/supplyChain/packedFiles.ts'
import { builtIn, foreign, writeNotice, writePage } from '../../scripts/supplyChain/page.ts'
import { publishedPackages, readManifest, root, type Manifest } from '../../scripts/supplyChain/publishedPackages.ts'
import { allowedLicences, otherLicences, reasons, reasonsInPage } from '../../scripts/supplyChain/reasons.ts'
import { checksumsOf } from '../../scripts/supplyChain/releaseFiles.ts'
import { writeRepository } from '../../scripts/supplyChain/writeRepository.ts'
import { writeSbom } from '../../scripts/supplyChain/writeSbom.ts'

// What is published, and what it brings along.

const packages = publishedPackages()
const lock = readLockFile()
const installed = foreign(installedWith(lock, packages.map(({ dir }) => dir)))

describe('input 34: what packages depend on', () => {
  test('has a reason each, and each reason is of one', () => {
    const asked = packages.flatMap(({ manifest }) => Object.keys(manifest.dependencies ?? {})).filter((name) => !name.startsWith('@treadlight/'))
    expect([...new Set(asked)].toSorted()).toEqual(Object.keys(reasons).toSorted())
    expect(Object.keys(readManifest('packages/dashboard').devDependencies!).toSorted()).toEqual(Object.keys(reasonsInPage).toSorted())
  })

  test('may be used, and one of another licence was looked at', () => {
    const others = [...installed, ...builtIn()].filter(({ locked: { license = 'none' } }) => !allowedLicences.includes(license))
    expect(Object.fromEntries(others.map(({ name, locked }) => [name, locked.license]))).toEqual(Object.fromEntries(Object.entries(otherLicences).map(([name, { licence }]) => [name, licence])))
  })

  test('is locked with a checksum, and runs nothing as it is installed', () => {
    expect(installed.length).toBeGreaterThan(20)
    expect(installed.filter(({ locked }) => !locked.integrity?.startsWith('sha512-') || locked.hasInstallScript)).toEqual([])
  })

  test('is not that of the tracker, which brings nothing', () => {
    expect(foreign(installedWith(lock, ['packages/tracker', 'packages/protocol', 'packages/destinations']))).toEqual([])
  })

  test('and all that the checkout is built and tested with has a checksum, but for other platforms', () => {
    const unchecked = Object.entries(lock).filter(([path, { link, integrity, optional }]) => path.includes('node_modules/') && !link && !integrity && !optional)
    expect(unchecked.map(([path]) => path)).toEqual([])
  })

  test('is on docs/supply-chain.md and in NOTICE.md: npm run supply-chain writes both', () => {
    const page = readFileSync(join(root, 'docs/supply-chain.md'), 'utf8')
    expect(writePage(page)).toBe(page)
    expect(writeNotice()).toBe(readFileSync(join(root, 'packages/collector/NOTICE.md'), 'utf8'))
  })
})

describe('input 34: packages', () => {
  test('are published in the order in which they need one another', () => {
    const names = packages.map(({ name }) => name)
    expect(names.toSorted()).toEqual(['@treadlight/destinations', '@treadlight/protocol', '@treadlight/server', '@treadlight/store', '@treadlight/tracker', 'treadlight'])
    for (const { name, manifest } of packages) for (const dependency of Object.keys(manifest.dependencies ?? {})) if (names.includes(dependency)) expect(names.indexOf(dependency)).toBeLessThan(names.indexOf(name))
  })

  test.each(packages.map((published) => [published.name, published] as const))('%s holds what may be published and nothing else, and says what it is', (_, published) => {
    expect(manifestFindings(published)).toEqual([])
    expect(packedFindings(published, pack(published))).toEqual([])
  })

  test.each<[string, Partial<Manifest>, string]>([
    ['another version', { version: '9.9.9' }, 'version: is 9.9.9'],
    ['another licence', { license: 'GPL-3.0' }, 'license: is GPL-3.0'],
    ['a range', { dependencies: { h3: '^2.0.8' } }, 'dependencies: h3 is ^2.0.8'],
    ['another version of ours', { dependencies: { '@treadlight/protocol': '0.0.9' } }, 'dependencies: @treadlight/protocol is 0.0.9'],
    ['something that runs', { scripts: { postinstall: 'node x.js' } }, 'scripts: has postinstall'],
    ['types behind what is run', { exports: { '.': { default: './a.mjs', types: './a.d.ts' }, './package.json': './package.json' } }, 'exports: .'],
    ['other runtimes', { engines: { node: '>=24' } }, 'engines: '],
  ])('%s is found', (_, change, finding) => {
    const [published] = packages
    expect(manifestFindings({ ...published!, manifest: { ...published!.manifest, ...change } }).join()).toContain(finding)
  })

  test('that hold a test, a file that is not there, or too much are found', () => {
    const published = packages.find(({ name }) => name === '@treadlight/protocol')!
    const packed = pack(published)
    const without = { ...packed, size: 10 ** 7, files: [...packed.files.filter(({ path }) => path !== 'LICENSE' && path !== 'dist/index.mjs'), { path: 'tsconfig.json', size: 1 }] }
    expect(packedFindings(published, without).map((finding) => finding.split(':')[0])).toEqual(['LICENSE', 'tsconfig.json', packed.filename, 'dist/index.mjs'])
  })

  test.each([
    ['src/a.ts', `const key = '-----BEGIN ${'PRIVATE'} KEY-----'`, 'secret'],
    ['src/a.ts', `const token = 'npm_${'a'.repeat(36)}'`, 'secret'],
    ['dist/a.mjs', `import '/${'home'}/ada/a.mjs'`, 'path of somebody'],
    ['dist/a.mjs.map', '{"sources":["../../store/src/a.ts"],"sourcesContent":["x"]}', 'leads out of the package'],
    ['dist/a.mjs.map', '{"sources":["../src/b.ts"],"sourcesContent":[null]}', 'not in the package'],
  ])('%s with %.40s is found', (path, text, finding) => {
    expect(textFindings(path, text, new Set(['src/a.ts'])).join()).toContain(finding)
  })

  test('a map that leads into the package, or has its source in itself, is none', () => {
    expect(textFindings('dist/a.mjs.map', '{"sources":["../src/a.ts","../built-in/x.mjs"],"sourcesContent":[null,"x"]}', new Set(['src/a.ts']))).toEqual([])
  })
})

describe('a release', () => {
  test('has the address of its sources in every package, with the folder, once it is said', () => {
    const folder = mkdtempSync(join(tmpdir(), 'treadlight-repository-'))
    for (const dir of ['.', ...packages.map(({ dir }) => dir)]) {
      mkdirSync(join(folder, dir), { recursive: true })
      writeFileSync(join(folder, dir, 'package.json'), JSON.stringify(readManifest(dir)))
    }
    const url = 'git+https://code.example/owner/treadlight.git'
    expect(() => writeRepository('https://code.example', packages, folder)).toThrow('git+https://HOST/OWNER/NAME.git')
    writeRepository(url, packages, folder)
    const read = (dir: string): Manifest => JSON.parse(readFileSync(join(folder, dir, 'package.json'), 'utf8')) as Manifest
    for (const published of packages) {
      expect(repositoryFindings({ ...published, manifest: read(published.dir) }, read('.'))).toEqual([])
      expect(repositoryFindings(published, read('.'))).toHaveLength(published.manifest.repository?.url === url ? 0 : 1)
    }
    rmSync(folder, { recursive: true })
  })

  test('has checksums as sha256sum reads them', () => {
    const folder = mkdtempSync(join(tmpdir(), 'treadlight-sums-'))
    writeFileSync(join(folder, 'a.tgz'), 'abc')
    expect(checksumsOf(folder, ['a.tgz'])).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  a.tgz\n')
    rmSync(folder, { recursive: true })
  })

  test('has a bill of materials with everything that is installed, its licences and checksums', () => {
    const collector = packages.find(({ name }) => name === 'treadlight')!
    const { components, metadata } = JSON.parse(writeSbom(collector)) as { components: { name: string; version: string; hashes?: unknown[]; licenses?: unknown[] }[]; metadata: { component: { purl: string } } }
    expect(metadata.component.purl).toBe(`pkg:npm/treadlight@${collector.manifest.version}`)
    const all = installedWith(lock, [collector.dir]).filter(({ name }) => name !== 'treadlight')
    expect(components.map(({ name, version }) => `${name}@${version}`).toSorted()).toEqual(all.map(({ name, locked }) => `${name}@${locked.version}`).toSorted())
    expect(components.filter(({ licenses }) => !licenses?.length)).toEqual([])
    expect(components.filter(({ name, hashes }) => !name.startsWith('@treadlight/') && !hashes?.length)).toEqual([])
  })
})
