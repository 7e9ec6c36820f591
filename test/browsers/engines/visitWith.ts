import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as wait } from 'node:timers/promises'
import type { Visit } from './engine.ts'
import { killAtExit } from './killAtExit.ts'
import { listProcesses } from './listProcesses.ts'

export interface VisitOptions {
  /** Path of the browser. */
  browser: string
  args: readonly string[]
  env?: Record<string, string>
  /** Tells by its command line a process in which pages live. */
  isContent: RegExp
}

/** Starts a browser as the first of a process group, which is what is killed: a browser is ten processes or more. */
export async function visitWith({ browser, args, env = {}, isContent }: VisitOptions): Promise<Visit> {
  const child = spawn(browser, args, { detached: true, stdio: 'ignore', env: { ...process.env, ...env } })
  const exited = once(child, 'exit')
  await once(child, 'spawn')
  const group = child.pid!
  // It would outlive us: a group of its own hears no ^C.
  killAtExit(child, () => signal(-group, 'SIGKILL'))

  async function kill(): Promise<void> {
    signal(-group, 'SIGKILL')
    await Promise.all([exited, untilGone(() => listProcesses().some((each) => each.group === group))])
  }

  return {
    kill,
    async crashTabs() {
      const content = listProcesses().filter((each) => each.group === group && isContent.test(each.command))
      for (const { pid } of content) signal(pid, 'SIGKILL')
      const pids = new Set(content.map(({ pid }) => pid))
      await untilGone(() => listProcesses().some(({ pid }) => pids.has(pid)))
    },
    async close() {
      child.kill('SIGTERM')
      await exited
      // Firefox leaves by the signal and its children a moment later.
      await kill()
    },
  }
}

/** Between looking and killing a process may end by itself. */
function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

async function untilGone(isThere: () => boolean): Promise<void> {
  while (isThere()) await wait(10)
}
