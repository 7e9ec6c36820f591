import { build } from 'esbuild'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { StoreWorkerPlan } from './storeWorker.ts'

/** A running `storeWorker.ts`. */
export interface CrashWorker {
  child: ChildProcess
  /** Tells it a command and waits until it is carried out; rejects when the process ends before. */
  ask(command: string): Promise<void>
  /** Resolves when the process has ended and all that it said was heard. */
  ended: Promise<void>
}

/** Told of everything that a worker says, word by word. */
export type Listener = (words: readonly string[]) => void

/** Inside the repository, so that what is not bundled is found; ignored by git. */
const bundle = fileURLToPath(new URL(`../../coverage/prove/storeWorker-${process.pid}.mjs`, import.meta.url))
let bundled: Promise<unknown> | undefined

/** Starts a worker, as one bundle: thousands of them are started, and each would compile its own. */
export async function startWorker(plan: StoreWorkerPlan, onLine: Listener): Promise<CrashWorker> {
  await (bundled ??= buildWorker())
  const child = spawn(process.execPath, ['--enable-source-maps', bundle, JSON.stringify(plan)], { stdio: ['pipe', 'pipe', 'inherit'] })
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
  bundled = undefined
  await rm(bundle, { force: true })
  await rm(`${bundle}.map`, { force: true })
}

function buildWorker(): Promise<unknown> {
  return build({
    entryPoints: [fileURLToPath(new URL('storeWorker.ts', import.meta.url))],
    outfile: bundle,
    bundle: true,
    platform: 'node',
    format: 'esm',
    sourcemap: true,
    conditions: ['@treadlight/source'],
    // CommonJS and what is loaded on demand.
    external: ['pg', 'ioredis', 'aws4fetch'],
    logLevel: 'error',
  })
}
