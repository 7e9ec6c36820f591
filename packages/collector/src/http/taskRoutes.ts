import type { MaintainReport, PruneReport } from '@treadlight/store'
import type { H3Event } from 'h3'
import { pruneSentence } from '../pruneSentence.ts'
import { ConfigError } from '../settings.ts'
import { failure, json } from './respond.ts'
import type { Routes } from './routes.ts'

export interface TaskRoutesOptions {
  /** @throws ConfigError where the clock cannot be believed */
  prune: (dryRun: boolean) => Promise<PruneReport>
  maintain: () => Promise<MaintainReport>
}

/** What a collector does by itself, for schedulers that would rather say when. One at a time. */
export function addTaskRoutes(routes: Routes, { prune, maintain }: TaskRoutesOptions): void {
  let running: string | undefined

  routes.add('POST', '/api/tasks/prune', 'token tasks', async (event) => {
    const dryRun = readDryRun(event)
    if (dryRun === undefined) return failure(400, 'dryRun: must be 1 or 0, and there is no other parameter')
    return alone('prune', async () => {
      const report = await prune(dryRun)
      return json({ ...report, dryRun, sentence: pruneSentence(report, dryRun) })
    })
  })

  routes.add('POST', '/api/tasks/maintain', 'token tasks', async () => alone('maintain', async () => json(await maintain())))

  async function alone(task: string, act: () => Promise<Response>): Promise<Response> {
    if (running !== undefined) return failure(409, `The task ${running} is running: try again when it is done`, { 'retry-after': '10' })
    running = task
    try {
      return await act()
    } catch (error) {
      // It says all there is to say, and is the owner's to read.
      if (error instanceof ConfigError) return failure(503, error.message)
      throw error
    } finally {
      running = undefined
    }
  }
}

/** Undefined for anything that could be a mistyped dry run: that must not delete. */
function readDryRun(event: H3Event): boolean | undefined {
  const parameters = [...event.url.searchParams]
  const [name, value] = parameters[0] ?? ['dryRun', '0']
  if (parameters.length > 1 || name !== 'dryRun') return undefined
  return value === '1' || value === 'true' ? true : value === '0' || value === 'false' ? false : undefined
}
