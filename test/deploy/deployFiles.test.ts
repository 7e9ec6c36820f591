import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, onTestFinished, test } from 'vitest'
import { parse } from 'yaml'
import { isKnownVariable } from '../../packages/collector/src/environment.ts'
import { listSettings, resolveConfig } from '../../packages/collector/src/config.ts'
import { listStorageOptions } from '../../packages/collector/src/storageSettings.ts'
import { environmentOf, lastOf, readDockerfile } from './dockerfile.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const read = (path: string): string => readFileSync(join(root, path), 'utf8')
const known = [...listSettings().flatMap(({ env }) => env), ...listStorageOptions().map(({ variable }) => variable), 'TREADLIGHT_STORAGE_DRIVER']
const filesIn = (folder: string): string[] => readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).filter((name) => /\.\w+$/.test(name) && !/\.(?:png|svg|webp|jpg)$/.test(name)).map((name) => `${folder}/${name}`)

async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'treadlight-deploy-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** What is no setting and is named all the same, each with where. */
const others = [
  // Of a site that sends hits, see docs/server.md.
  'TREADLIGHT_TOKEN',
  // The first password of a Worker, see docs/runtimes.md.
  'TREADLIGHT_PASSWORD',
]

/** What `treadlight migrate` reads of a place is named as a collector's own, see docs/migrate.md. */
const ownName = (name: string): string => name.replace(/^TREADLIGHT_(?:FROM|TO)_(?=STOR(?:AG)?E_)/, 'TREADLIGHT_')

test.each(['Dockerfile', 'README.md', 'ARCHITECTURE.md', ...filesIn('deploy'), ...filesIn('docs')])('%s: every variable that it names is one that the collector knows', (path) => {
  const named = [...read(path).matchAll(/\bTREADLIGHT_[A-Z_]*[A-Z](?![A-Z_])/g)].map(([name]) => name)
  expect(named.filter((name) => !isKnownVariable(ownName(name), known) && !others.includes(name))).toEqual([])
})

interface Service {
  image?: string
  environment?: Record<string, string>
  volumes?: string[]
  secrets?: string[]
  depends_on?: Record<string, unknown>
  ports?: string[]
}
interface Compose {
  services: Record<string, Service>
  volumes?: Record<string, unknown>
  secrets?: Record<string, { file: string }>
}

const compose = (name: string): Compose => parse(read(`deploy/${name}`)) as Compose
const overlays = readdirSync(join(root, 'deploy')).filter((name) => /^compose\..+\.yaml$/.test(name))
/** As Compose fills it in where nothing is set. */
const filledIn = (text: string): string => text.replaceAll(/\$\{\w+:-([^}]*)\}/g, '$1')

describe('compose files', () => {
  const base = compose('compose.yaml')

  test.each([undefined, ...overlays])('with %s: the settings are ones, and what is named is there', async (overlay) => {
    const over: Compose = overlay === undefined ? { services: {} } : compose(overlay)
    const services: Record<string, Service> = { ...base.services, ...over.services }
    const environment = Object.fromEntries(Object.entries({ ...base.services['treadlight']!.environment, ...over.services['treadlight']?.environment }).map(([name, value]) => [name, filledIn(String(value))]))
    const secret = join(await makeFolder(), 'secret')
    await writeFile(secret, 's3cret\n')
    for (const [name, value] of Object.entries(environment)) {
      if (!name.endsWith('_FILE')) continue
      expect(Object.keys(over.secrets ?? {}).map((secretName) => `/run/secrets/${secretName}`)).toContain(value)
      environment[name] = secret
    }
    const { config } = await resolveConfig({ env: environment, folder: await makeFolder() })
    if (overlay === undefined) expect(config.storage).toEqual({ driver: 'fs', base: './data' })
    else if (config.store.type === 'clickhouse') expect(Object.keys(over.services)).toContain(new URL(String(config.store.url)).hostname)
    else {
      // The storage is the service beside it.
      expect(overlay).toBe(`compose.${config.storage.driver}.yaml`)
      expect(Object.keys(over.services)).toContain(config.storage['host'])
    }
    const volumes = { ...base.volumes, ...over.volumes }
    for (const service of Object.values(services)) {
      for (const volume of service.volumes ?? []) expect(Object.keys(volumes)).toContain(volume.split(':')[0])
      for (const dependency of Object.keys(service.depends_on ?? {})) expect(Object.keys(services)).toContain(dependency)
      for (const name of service.secrets ?? []) expect(Object.keys(over.secrets ?? {})).toContain(name)
    }
  })

  test('the data is in a volume where the image has it, and the port is for this machine only', () => {
    const last = readDockerfile(join(root, 'Dockerfile')).at(-1)!
    expect(base.services['treadlight']).toMatchObject({ read_only: true, volumes: [`data:${lastOf(last, 'VOLUME')}`], ports: [`127.0.0.1:4600:${lastOf(last, 'EXPOSE')}`] })
  })
})

describe('Dockerfile', () => {
  const stages = readDockerfile(join(root, 'Dockerfile'))
  const last = stages.at(-1)!

  test('the last stage runs as nobody who may write beside the data, and asks for health by itself', () => {
    expect(lastOf(last, 'USER')).toMatch(/^[1-9]\d*:[1-9]\d*$/)
    expect(lastOf(last, 'HEALTHCHECK')).not.toMatch(/curl|wget/)
    expect(last.instructions.filter(({ name }) => name === 'RUN')).toEqual([])
    expect(environmentOf(last)).toMatchObject({ TREADLIGHT_HOST: '0.0.0.0', NODE_ENV: 'production' })
    expect(stages.map(({ base }) => base)).toEqual(['node:22-alpine', 'node:22-alpine'])
  })

  test('nothing of the owner’s gets into it: .dockerignore names data, settings and secrets', () => {
    const ignored = read('.dockerignore').split('\n')
    for (const line of read('.gitignore').split('\n').filter((name) => name.endsWith('/') && name !== 'coverage/')) expect(ignored).toContain(`**/${line.slice(0, -1)}`)
    expect(ignored).toEqual(expect.arrayContaining(['**/.env*', '**/treadlight.config.*', '**/.git']))
  })
})

test('scripts/assemble.mjs: what runs, with every client, is less than 12 MB; it refuses a folder that has one', async () => {
  const folder = await makeFolder()
  const assemble = (): ReturnType<typeof spawnSync> => spawnSync(process.execPath, [join(root, 'scripts/assemble.mjs'), folder], { encoding: 'utf8' })
  expect(assemble().stdout).toMatch(/^treadlight [\d.]+ with \d+ packages is in /)
  const names = await readdir(folder, { recursive: true })
  let bytes = 0
  for (const name of names) bytes += (await stat(join(folder, name))).size
  expect(bytes).toBeLessThan(12_000_000)
  // Nobody's sources, types or tests, and nothing that needs a compiler.
  expect(names.filter((name) => /\.(?:ts|map|node)$|^node_modules\/(?:vitest|typescript|express)\b/.test(name))).toEqual([])
  for (const client of ['ioredis', 'pg', 'aws4fetch', 'db0', 'mmdb-lib']) expect(names).toContain(join('node_modules', client))
  const run = (...args: string[]): string => execFileSync(join(folder, 'node_modules/.bin/treadlight'), args, { cwd: folder, encoding: 'utf8' })
  expect(run('--version')).toMatch(/^\d+\.\d+\.\d+\n$/)
  const again = assemble()
  expect([again.status, again.stderr]).toEqual([1, `${folder}/node_modules is there already: name another folder, or delete it\n`])
})

test.skipIf(!existsSync('/usr/bin/systemd-analyze'))('treadlight.service: systemd takes it, and thinks little can be done by it', () => {
  const unit = join(root, 'deploy/treadlight.service')
  const verified = spawnSync('systemd-analyze', ['verify', '--man=no', unit], { encoding: 'utf8' })
  expect([verified.status, verified.stderr.split('\n').filter((line) => line.includes('treadlight'))]).toEqual([0, []])
  const security = spawnSync('systemd-analyze', ['security', '--offline=true', '--no-pager', '--threshold=15', unit], { encoding: 'utf8' })
  expect(security.stdout).toMatch(/Overall exposure level for treadlight\.service: 1\.\d OK/)
  expect(security.status).toBe(0)
})
