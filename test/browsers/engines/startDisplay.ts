import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { killAtExit } from './killAtExit.ts'

export interface Display {
  /** For the environment's DISPLAY. */
  name: string
  stop(): Promise<void>
}

/** An X server without a screen. It picks a free number itself and says which, so neither xvfb-run nor xauth is needed. */
export async function startDisplay(program: string): Promise<Display> {
  const child = spawn(program, ['-displayfd', '1', '-screen', '0', '1280x800x24', '-nolisten', 'tcp'], { stdio: ['ignore', 'pipe', 'ignore'] })
  killAtExit(child)
  const exited = once(child, 'exit')
  const failed = exited.then(([code]) => {
    throw new Error(`${program} ended with ${code} before it had a display`)
  })
  const [line] = (await Promise.race([once(child.stdout, 'data'), failed])) as [Buffer]
  failed.catch(() => {})
  return {
    name: `:${line.toString().trim()}`,
    async stop() {
      child.kill()
      await exited
    },
  }
}
