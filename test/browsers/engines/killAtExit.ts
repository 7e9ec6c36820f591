import type { ChildProcess } from 'node:child_process'

/** Lets a child not outlive this process, however that ends; until the child has ended itself. */
export function killAtExit(child: ChildProcess, kill: () => void = () => child.kill('SIGKILL')): void {
  process.on('exit', kill)
  child.once('exit', () => process.off('exit', kill))
}
