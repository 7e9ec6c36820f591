import { randomBytes } from 'node:crypto'
import { link, open, readFile, unlink } from 'node:fs/promises'
import { hostname } from 'node:os'
import { attempt, codeOf, unlessMissing } from '../drivers/fsError.ts'

/** Who holds a lock. */
interface Holder {
  pid: number
  host: string
  /** When the process began, as the system says it; '' where it does not. Else another process of its pid would pass for it. */
  born: string
  /** Never the same twice. */
  token: string
}

/**
 * Takes an exclusive lock, a file that says who holds it. One whose process is gone is taken over.
 *
 * @param sync waits until the disk has it: an empty lock after a power failure would tell nobody whose it was
 * @returns gives it back
 * @throws Error that names the file, the process and the remedy, of code ELOCKED where another process has it
 */
export async function acquireLock(path: string, sync: boolean): Promise<() => Promise<void>> {
  const token = randomBytes(6).toString('hex')
  const me: Holder = { pid: process.pid, host: hostname(), born: (await birthOf(process.pid)) ?? '', token }
  while (!(await attempt('lock', path, () => createLock(path, me, sync)))) {
    const holder = await readHolder(path)
    if (holder === undefined) continue
    if (!(await isGone(holder))) throw createLockError(path, holder)
    await removeStale(path, holder, sync)
  }
  return async () => {
    if ((await readHolder(path).catch(() => undefined))?.token === token) await unlink(path)
  }
}

/** False if somebody has it. Linked under its name, so that nobody ever reads half of it. */
async function createLock(path: string, me: Holder, sync: boolean): Promise<boolean> {
  const aside = `${path}~${me.token}`
  const handle = await open(aside, 'wx', 0o600)
  try {
    await handle.writeFile(`${JSON.stringify(me)}\n`)
    if (sync) await handle.datasync()
    await link(aside, path)
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    throw error
  } finally {
    await handle.close()
    await unlessMissing(unlink(aside))
  }
}

/**
 * Of several that find a stale lock, one at a time removes it, and only that very one: without the second lock, whoever
 * comes late would remove the new one of whoever came first.
 */
async function removeStale(path: string, { token }: Holder, sync: boolean): Promise<void> {
  const release = await acquireLock(`${path}.${token}`, sync)
  try {
    if ((await readHolder(path))?.token === token) await unlink(path)
  } finally {
    await release()
  }
}

async function readHolder(path: string): Promise<Holder | undefined> {
  const text = await unlessMissing(readFile(path, 'utf8'))
  if (text === undefined) return undefined
  try {
    const { pid, host, born, token } = JSON.parse(text) as Partial<Record<keyof Holder, unknown>>
    if (Number.isSafeInteger(pid) && Number(pid) > 0 && /^[0-9a-f]{12}$/.test(String(token))) {
      return { pid: Number(pid), host: String(host), born: String(born), token: String(token) }
    }
  } catch {
    // Told below.
  }
  throw new Error(`[treadlight ndjson] ${path} does not say whose lock it is: if no treadlight is running here, delete it`)
}

/** Of another host nobody here can tell. */
async function isGone({ pid, host, born }: Holder): Promise<boolean> {
  if (host !== hostname()) return false
  try {
    process.kill(pid, 0)
  } catch (error) {
    return codeOf(error) === 'ESRCH'
  }
  const now = await birthOf(pid)
  return now !== undefined && born !== '' && now !== born
}

/** When the process began: the boot and the clock ticks since. Undefined where there is no /proc, or none for us. */
async function birthOf(pid: number): Promise<string | undefined> {
  try {
    const boot = await readFile('/proc/sys/kernel/random/boot_id', 'latin1')
    // Behind the name, which may contain anything: the state, then 18 numbers, then the beginning (proc_pid_stat(5)).
    const fields = (await readFile(`/proc/${pid}/stat`, 'latin1')).replace(/^.*\) /s, '').split(' ')
    return /[ZX]/.test(fields[0] ?? '') ? 'dead' : `${boot.trim()} ${fields[19]}`
  } catch {
    return undefined
  }
}

function createLockError(path: string, { pid, host }: Holder): Error {
  const message = `[treadlight ndjson] ${path} is held by process ${pid} on ${host}: one process at a time may have the file open. Stop that one or, if no treadlight is running there, delete the lock`
  return Object.assign(new Error(message), { code: 'ELOCKED' })
}
