import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const signals = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const

/**
 * Runs a program of this folder with a temporary folder and a process group of its own, so that a signal ends it with all
 * that it has started, servers and browsers too, and nothing that it has written stays.
 * @param task is its argument, as JSON
 * @returns its exit code, or that of the signal
 */
export async function runApart(program: URL, task: unknown): Promise<number> {
  const scratch = mkdtempSync(join(tmpdir(), 'treadlight-bench-'))
  const child = spawn(process.execPath, [...process.execArgv, fileURLToPath(program), JSON.stringify(task)], {
    detached: true,
    env: { ...process.env, TMPDIR: scratch },
    // By the end of its input it sees that this process is gone without having ended it.
    stdio: ['pipe', 'inherit', 'inherit'],
  })
  let stopped: number | undefined
  const endAll = (): void => {
    try {
      process.kill(-child.pid!, 'SIGKILL')
    } catch {
      // The group has ended by itself.
    }
  }
  for (const [signal, code] of Object.entries(signals)) {
    process.once(signal, () => {
      stopped = code
      endAll()
    })
  }
  try {
    const [code] = (await once(child, 'exit')) as [number | null]
    return stopped ?? code ?? 1
  } finally {
    endAll()
    rmSync(scratch, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
  }
}
