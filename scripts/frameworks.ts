import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * The frameworks whose routers the tracker is proved with: an app of each is in `test/frameworks`. Astro's keeps to undici 7,
 * because the 8 that it would get needs Node 22.19.
 */
export const routerNames = ['react-router', 'next', 'vue-router', 'sveltekit', 'astro'] as const
export type RouterName = (typeof routerNames)[number]

/** All of which there is an app: that of Nitro is only tracked from its server. */
export const frameworkNames: readonly FrameworkName[] = [...routerNames, 'nitro']
export type FrameworkName = RouterName | 'nitro'

const root = fileURLToPath(new URL('..', import.meta.url))
const quiet = { NEXT_TELEMETRY_DISABLED: '1', ASTRO_TELEMETRY_DISABLED: '1' }
/** What npm says where the registry is out of reach. */
const unreachable = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ENETUNREACH|EHOSTUNREACH|ETIMEDOUT|ERR_SOCKET_TIMEOUT|ENOTCACHED/

/**
 * Installs a framework and builds its app, below the temporary directory: bundlers take nothing in `node_modules` for an
 * app, and would find the packages of this checkout there. What is installed stays for the next run, until the lock changes.
 *
 * @returns the folder of the built app; undefined if the registry cannot be reached
 * @throws Error if the framework cannot be installed or the app not be built
 */
export async function buildFramework(name: FrameworkName): Promise<string | undefined> {
  const folder = join(ownFolder(), name)
  // A build of before must not hide that this one failed.
  for (const name of existsSync(folder) ? readdirSync(folder) : []) if (name !== 'node_modules') rmSync(join(folder, name), { recursive: true })
  cpSync(join(root, 'test/frameworks', name), folder, { recursive: true })
  if (!installed(folder)) {
    const { code, output } = await run(folder, ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--fetch-retries=1'])
    if (code !== 0 && unreachable.test(output)) return undefined
    if (code !== 0) throw new Error(`${name} cannot be installed:\n${output.slice(0, 3000)}`)
    writeFileSync(join(folder, 'node_modules/.lock'), hashOfLock(folder))
  }
  // Each time: the last run may have been that of another checkout.
  linkTracker(folder)
  copyServer(folder)
  const { code, output } = await run(folder, ['run', 'build'])
  if (code !== 0) throw new Error(`the app of ${name} cannot be built:\n${output.slice(0, 3000)}`)
  return folder
}

/** Nobody else's: what is in there is run. */
function ownFolder(): string {
  const folder = join(tmpdir(), `treadlight-frameworks-${process.getuid?.() ?? ''}`)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const { uid } = lstatSync(folder)
  if (process.getuid && uid !== process.getuid()) throw new Error(`${folder} belongs to somebody else: remove it, or set TMPDIR`)
  return folder
}

function hashOfLock(folder: string): string {
  return createHash('sha256').update(readFileSync(join(folder, 'package-lock.json'))).digest('hex')
}

function installed(folder: string): boolean {
  const mark = join(folder, 'node_modules/.lock')
  return existsSync(mark) && readFileSync(mark, 'utf8') === hashOfLock(folder)
}

/** As `npm install @treadlight/tracker` would, were it published: a bundler reads its exports. */
function linkTracker(folder: string): void {
  const link = join(folder, 'node_modules/@treadlight/tracker')
  mkdirSync(join(link, '..'), { recursive: true })
  rmSync(link, { force: true })
  symlinkSync(join(root, 'packages/tracker'), link, 'junction')
}

/** Next's bundler follows no link out of its folder, and servers are built in: what npm would install is copied. */
function copyServer(folder: string): void {
  for (const [name, from] of [['@treadlight/server', 'packages/server'], ['@treadlight/protocol', 'packages/protocol'], ['@treadlight/destinations', 'packages/destinations'], ['cookie', 'node_modules/cookie']] as const) {
    const to = join(folder, 'node_modules', name)
    rmSync(to, { recursive: true, force: true })
    for (const part of ['package.json', 'dist']) cpSync(join(root, from, part), join(to, part), { recursive: true })
  }
}

function run(folder: string, args: string[]): Promise<{ code: number; output: string }> {
  const child = spawn('npm', args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...quiet } })
  let output = ''
  child.stdout.on('data', (chunk) => (output += chunk))
  child.stderr.on('data', (chunk) => (output += chunk))
  return new Promise((resolve) => {
    child.on('error', (error) => resolve({ code: 1, output: String(error) }))
    child.on('close', (code) => resolve({ code: code ?? 1, output }))
  })
}
