import { execFile } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { promisify } from 'node:util'

/** Resident memory of a process, MB of 2^20 bytes: by /proc, or `ps` where there is none. */
export async function residentMemory(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  const kB = /^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? (await promisify(execFile)('ps', ['-o', 'rss=', '-p', String(pid)])).stdout
  return Number(kB) / 1024
}

/** Files and sockets that a process has open; undefined on systems that do not say. */
export async function openFiles(pid: number): Promise<number | undefined> {
  return readdir(`/proc/${pid}/fd`).then((names) => names.length, () => undefined)
}
