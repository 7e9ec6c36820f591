import { readdirSync, readFileSync } from 'node:fs'

export interface ProcessFacts {
  pid: number
  /** Pid of the first of its process group. */
  group: number
  /** With arguments, each followed by a space. */
  command: string
}

/** The processes of this machine that still run, by /proc: Linux only, as WebKitGTK is, and `ps` is not on every one. */
export function listProcesses(): ProcessFacts[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  return pids.flatMap((pid) => readProcess(pid) ?? [])
}

function readProcess(pid: string): ProcessFacts | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // After the name, which may hold anything: state, parent, group (proc_pid_stat(5)).
    const [state, , group] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    if (state === 'Z') return undefined
    return { pid: Number(pid), group: Number(group), command: readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ') }
  } catch {
    // Ended while it was looked at.
    return undefined
  }
}
