import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

/** Clients of drivers that are not used here. */
const peers = ['ioredis', 'pg', 'db0', 'aws4fetch', '@duckdb/node-api', '@clickhouse/client']

/** As it is run by Node.js alone: what strips types here takes memory and time of its own. @param file in this folder */
export async function bundleTask(file: string, outfile: string): Promise<string> {
  const entry = fileURLToPath(new URL(file, import.meta.url))
  const banner = { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url)" }
  await build({ entryPoints: [entry], outfile, bundle: true, platform: 'node', format: 'esm', conditions: ['@treadlight/source'], external: peers, banner })
  return outfile
}

/** In a process of its own. */
export function runTask<Task extends { task: string }, Result>(program: string, task: Task): Promise<Result> {
  return new Promise((resolve, reject) => {
    const child = fork(program, [JSON.stringify(task)], { execArgv: [] })
    child.once('message', (result) => resolve(result as Result))
    child.once('error', reject)
    child.once('exit', (code) => reject(new Error(`task ${task.task} ended with ${code} and no result`)))
  })
}
