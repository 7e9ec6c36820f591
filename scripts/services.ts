import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createConnection, createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

export interface Service {
  /** What the tests are to be told of it. */
  env: Record<string, string>
  /** Ends the server and removes its data. */
  stop(): Promise<void>
}

interface User {
  uid: number
  gid: number
}

const password = 'correct-horse'
/** How long a server may take to start, ms. */
const startLimit = 60_000

/** Two Redis servers, one of them a cluster of its own, that sync every write. */
export async function startRedis(): Promise<Service> {
  const program = findProgram('redis-server')
  const single = await startServer(program, (port, folder) => redisArgs(port, folder))
  const clusterBus = await freePort()
  const cluster = await startServer(program, (port, folder) => [...redisArgs(port, folder), '--cluster-enabled', 'yes', '--cluster-port', `${clusterBus}`, '--cluster-announce-ip', '127.0.0.1'])
  return {
    env: { TEST_REDIS_URL: `redis://127.0.0.1:${single.port}`, TEST_REDIS_CLUSTER: `127.0.0.1:${cluster.port}` },
    async stop() {
      await Promise.all([single.stop(), cluster.stop()])
    },
  }
}

/** A PostgreSQL server with a password. */
export async function startPostgres(): Promise<Service> {
  const bin = findPostgres()
  const user = process.getuid?.() === 0 ? userNamed('postgres') : undefined
  const prepare = (folder: string) => {
    writeFileSync(join(folder, 'password'), password, { mode: 0o644 })
    run(join(bin, 'initdb'), ['-D', join(folder, 'data'), '-U', 'treadlight', '-A', 'scram-sha-256', '-E', 'UTF8', '--locale=C', '--pwfile', join(folder, 'password')], user)
  }
  const args = (port: number, folder: string) => ['-D', join(folder, 'data'), '-p', `${port}`, '-h', '127.0.0.1', '-k', folder]
  const server = await startServer(join(bin, 'postgres'), args, { user, prepare })
  return { env: { TEST_POSTGRES_URL: `postgres://treadlight:${password}@127.0.0.1:${server.port}/postgres` }, stop: server.stop }
}

/**
 * Installs what is missing, as root on Debian and its kin.
 * @throws Error saying what to install
 */
export function installServers(): void {
  const missing = [
    ...(which('redis-server') ? [] : ['redis-server']),
    ...(postgresFolders().length > 0 ? [] : ['postgresql']),
  ]
  if (missing.length === 0) return
  if (process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    console.log(`Installing Debian’s ${missing.join(' and ')} …`)
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
    const apt = (...args: string[]) => spawnSync('apt-get', args, { stdio: ['ignore', 'ignore', 'inherit'], env }).status === 0
    if (apt('update') && apt('install', '-y', '--no-install-recommends', ...missing)) return
  }
  throw new Error(`These tests need ${missing.join(' and ')}: install them (Debian: apt-get install ${missing.join(' ')}) and put them on the PATH`)
}

function redisArgs(port: number, folder: string): string[] {
  return ['--port', `${port}`, '--bind', '127.0.0.1', '--dir', folder, '--appendonly', 'yes', '--appendfsync', 'always', '--save', '']
}

interface ServerOptions {
  user?: User | undefined
  /** Called with the server's folder before it is started. */
  prepare?: (folder: string) => void
}

interface Server {
  port: number
  stop(): Promise<void>
}

async function startServer(program: string, args: (port: number, folder: string) => string[], options: ServerOptions = {}): Promise<Server> {
  const port = await freePort()
  const folder = mkdtempSync(join(tmpdir(), 'treadlight-service-'))
  if (options.user) chownSync(folder, options.user.uid, options.user.gid)
  let child: ChildProcess | undefined
  const stop = async () => {
    if (child) await end(child)
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    options.prepare?.(folder)
    child = spawn(program, args(port, folder), { stdio: ['ignore', 'pipe', 'pipe'], cwd: folder, ...options.user })
    await whenListening(child, port, program)
    return { port, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function whenListening(child: ChildProcess, port: number, program: string): Promise<void> {
  let output = ''
  child.stdout?.on('data', (chunk) => (output += chunk))
  child.stderr?.on('data', (chunk) => (output += chunk))
  for (const started = Date.now(); Date.now() - started < startLimit; await sleep(50)) {
    if (child.exitCode !== null) break
    if (await accepts(port)) return
  }
  throw new Error(`${program} did not start:\n${output}`)
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ port, host: '127.0.0.1' })
    socket.once('connect', () => resolve(socket.destroy() && true))
    socket.once('error', () => resolve(false))
  })
}

/** SIGINT: PostgreSQL waits for its clients on SIGTERM. */
async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  child.kill('SIGINT')
  const late = setTimeout(() => child.kill('SIGKILL'), 10_000)
  await ended
  clearTimeout(late)
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

function findProgram(name: string): string {
  const found = which(name)
  if (found === undefined) throw new Error(`there is no ${name} on the PATH`)
  return found
}

function which(name: string): string | undefined {
  return (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, name)).find((path) => existsSync(path))
}

/** The newest that has both programs. @throws Error if there is none */
function findPostgres(): string {
  const [folder] = postgresFolders()
  if (folder === undefined) throw new Error('there is no PostgreSQL here')
  return folder
}

/** Debian keeps the programs of the server off the PATH. */
function postgresFolders(): string[] {
  const debian = '/usr/lib/postgresql'
  const versions = existsSync(debian) ? readdirSync(debian).toSorted((a, b) => Number(b) - Number(a)) : []
  const folders = [...versions.map((version) => join(debian, version, 'bin')), ...(process.env['PATH'] ?? '').split(delimiter)]
  return folders.filter((folder) => ['initdb', 'postgres'].every((name) => existsSync(join(folder, name))))
}

/** PostgreSQL refuses to run as root. */
function userNamed(name: string): User {
  const id = (flag: string) => Number(run('id', [flag, name]).trim())
  return { uid: id('-u'), gid: id('-g') }
}

function run(program: string, args: string[], user?: User): string {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8', cwd: tmpdir(), ...user })
  if (status !== 0) throw new Error(`${program} failed:\n${stdout}${stderr}`)
  return stdout
}
