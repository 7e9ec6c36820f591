import { build } from 'esbuild'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** A running `storeWorker.ts`, or another that speaks as it does. */
export interface CrashWorker {
  child: ChildProcess
  /** Tells it a command and waits until it is carried out; rejects when the process ends before. */
  ask(command: string): Promise<void>
  /** Resolves when the process has ended and all that it said was heard. */
  ended: Promise<void>
}

/** Told of everything that a worker says, word by word. */
export type Listener = (words: readonly string[]) => void

/** Inside the repository, so that what is not bundled is found; ignored by git. By the names of the workers. */
const bundles = new Map<string, { path: string; built: Promise<unknown> }>()

/**
 * Starts a worker, as one bundle: thousands of them are started, and each would compile its own.
 *
 * @param script beside this file
 */
export async function startWorker(plan: object, onLine: Listener, script = 'storeWorker.ts'): Promise<CrashWorker> {
  const { path, built } = bundles.get(script) ?? buildWorker(script)
  await built
  // The terminal's Ctrl-C is not for it: a run that has begun is finished. It ends with the pipe that it reads.
  const child = spawn(process.execPath, ['--enable-source-maps', path, JSON.stringify(plan)], { stdio: ['pipe', 'pipe', 'inherit'], detached: true })
  const asked: { resolve: () => void; reject: (error: Error) => void }[] = []
  const lines = createInterface({ input: child.stdout })
  lines.on('line', (line) => {
    const words = line.split(' ')
    onLine(words)
    if (words[0] === 'ok') asked.shift()?.resolve()
  })
  // A pipe that breaks says nothing that the end of the process does not say.
  child.stdin.on('error', () => undefined)
  const ended = Promise.all([once(child, 'exit'), once(lines, 'close')]).then(([[code, signal]]) => {
    for (const { reject } of asked) reject(new Error(`the worker ended with ${code ?? signal}`))
  })
  const answer = () => new Promise<void>((resolve, reject) => asked.push({ resolve, reject }))
  const opened = answer()
  await opened
  return {
    child,
    ended,
    ask(command) {
      child.stdin.write(`${command}\n`)
      return answer()
    },
  }
}

/** Removes what was built. */
export async function removeWorker(): Promise<void> {
  const paths = [...bundles.values()].flatMap(({ path }) => [path, `${path}.map`])
  bundles.clear()
  await Promise.all(paths.map((path) => rm(path, { force: true })))
}

function buildWorker(script: string): { path: string; built: Promise<unknown> } {
  const path = fileURLToPath(new URL(`../../coverage/prove/${script.replace('.ts', '')}-${process.pid}.mjs`, import.meta.url))
  const built = build({
    entryPoints: [fileURLToPath(new URL(script, import.meta.url))],
    outfile: path,
    bundle: true,
    platform: 'node',
    format: 'esm',
    sourcemap: true,
    conditions: ['@treadlight/source'],
    // CommonJS and what is loaded on demand.
    external: ['pg', 'ioredis', 'aws4fetch'],
    logLevel: 'error',
  })
  bundles.set(script, { path, built })
  return { path, built }
}
