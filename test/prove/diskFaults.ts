import { execFile, execFileSync } from 'node:child_process'
import { chmod, chown, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { DiskReport } from './diskFaultWorker.ts'

type Note = (kind: 'lost' | 'twice' | 'serverErrors', text: string) => void

const run = promisify(execFile)
const worker = fileURLToPath(new URL('diskFaultWorker.ts', import.meta.url))
/** `nobody`: root may write whatever the modes say. */
const nobody = 65534
const handles = 256

/** Real disks that are full, read-only, out of file handles or forbidden, each many times under one running store. */
export async function findDiskFaults(note: Note, rounds: number): Promise<{ runs: number; hits: number }> {
  const found = { runs: 0, hits: 0 }
  for (const kind of ['ENOSPC', 'EROFS', 'EMFILE', 'EACCES']) {
    const folder = await mkdtemp(join(tmpdir(), 'treadlight-disk-'))
    try {
      const { hits, lost, twice, errors } = await failDisk(kind, folder, rounds)
      for (const text of lost) note('lost', `${kind}: lost ${text}`)
      for (const text of twice) note('twice', `${kind}: too much ${text}`)
      for (const text of errors) note('serverErrors', `${kind}: ${text}`)
      found.runs += rounds
      found.hits += hits
    } catch (error) {
      if (!(error instanceof Skipped)) throw error
      console.error(`${kind} was not tried: ${error.message}`)
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  }
  return found
}

class Skipped extends Error {}

async function failDisk(kind: string, folder: string, rounds: number): Promise<DiskReport> {
  const command = `ulimit -n ${kind === 'EMFILE' ? handles : 1024}; exec "$0" "$@"`
  const node = [process.execPath, '--import', 'tsx', '--conditions=@treadlight/source', worker, kind, folder, String(rounds)]
  const start = async (user: object = {}): Promise<DiskReport> => {
    const { stdout } = await run('/bin/sh', ['-c', command, ...node], { cwd: fileURLToPath(new URL('../..', import.meta.url)), ...user })
    return JSON.parse(stdout) as DiskReport
  }
  if (kind === 'EMFILE') return start()
  if (kind === 'EACCES') return start(await asNobody(folder))
  return onSmallDisk(folder, start)
}

/** Whoever is not root already is forbidden what the modes say. */
async function asNobody(folder: string): Promise<object> {
  if (process.getuid?.() !== 0) return {}
  await chown(folder, nobody, nobody)
  await chmod(folder, 0o755)
  return { uid: nobody, gid: nobody, env: { ...process.env, HOME: folder, TMPDIR: folder } }
}

async function onSmallDisk<T>(folder: string, act: () => Promise<T>): Promise<T> {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder], { stdio: 'pipe' })
  } catch (error) {
    throw new Skipped(`mounting a small disk needs root: ${String(error).split('\n')[0]}`)
  }
  try {
    return await act()
  } finally {
    execFileSync('umount', ['-l', folder])
  }
}
