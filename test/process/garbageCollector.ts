import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** What collects all garbage at once, in a process that was not started for it. */
export function garbageCollector(): () => void {
  setFlagsFromString('--expose-gc')
  return runInNewContext('gc') as () => void
}
