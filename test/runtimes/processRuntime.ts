import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { settings, type Runtime } from './runtime.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const cli = join(root, 'packages/collector/bin/treadlight.mjs')
const shop = join(root, 'test/runtimes/shop.mjs')
const hooks = new URL('../../packages/destinations/dist/index.mjs', import.meta.url).href

/** A runtime that runs `npx treadlight serve`. @param command how it is told to run a file */
export function createProcessRuntime(name: string, command: readonly string[]): Runtime {
  return {
    name,
    isProcess: true,
    sharesPort: name !== 'deno',
    hasSqlite: name !== 'node' || process.getBuiltinModule('node:sqlite') !== undefined,
    async start({ folder, webhook, env = {} }) {
      if (!existsSync(folder)) {
        mkdirSync(folder, { recursive: true })
        writeFileSync(join(folder, 'treadlight.config.mjs'), `import { webhook } from '${hooks}'\nexport default { destinations: [webhook({ url: '${webhook}', allowPrivate: true })] }\n`)
      }
      const started = await launch(command, [cli, 'serve', '--port', '0'], { ...settings, ...env }, folder, /Dashboard\s+(http:\S+)\/dashboard\/\n[\s\S]*Time zone[^\n]*\n/)
      const password = /password is\s+(\S+)/.exec(started.output())?.[1] ?? ''
      return { ...started, password }
    },
    startShop: ({ folder, collector, token }) => launch(command, [shop], { COLLECTOR: collector, TOKEN: token, OUTBOX: join(folder, 'outbox') }, folder, /listening at (http:\S+)/),
  }
}

async function launch([program, ...flags]: readonly string[], args: readonly string[], env: Record<string, string>, cwd: string, ready: RegExp) {
  const child = spawn(program!, [...flags, ...args], { cwd, env: { ...process.env, DENO_NO_UPDATE_CHECK: '1', ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (output += text))
  const exited = once(child, 'exit') as Promise<[number | null]>
  const url = await waitFor(child, exited, () => ready.exec(output)?.[1], () => output)
  return {
    url,
    output: () => output,
    async stop() {
      child.kill('SIGTERM')
      return (await exited)[0]
    },
    async kill() {
      child.kill('SIGKILL')
      await exited
    },
  }
}

async function waitFor(child: ChildProcess, exited: Promise<[number | null]>, find: () => string | undefined, said: () => string): Promise<string> {
  let code: number | null | undefined
  void exited.then(([status]) => (code = status))
  for (;;) {
    const found = find()
    if (found !== undefined) return found
    if (code !== undefined) throw new Error(`it ended with ${code} before it listened:\n${said()}`)
    await Promise.race([once(child.stdout!, 'data'), once(child.stderr!, 'data'), exited])
  }
}
