import { builtin } from '../builtins.ts'
import { asNumber, type Setting } from '../settings.ts'

/** More processes than this gain nothing on any machine that is known. */
const mostWorkers = 256

/** How many processes serve. */
export const workerSettings: Record<string, Setting> = {
  workers: {
    env: ['TREADLIGHT_WORKERS'],
    fallback: () => 1,
    read: (value) => (value === 'auto' ? builtin('node:os').availableParallelism() : asNumber(value, 1, mostWorkers)),
    allowed: `a number of processes from 1 to ${mostWorkers}, or auto for one on each core`,
  },
}
