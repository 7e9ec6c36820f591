import type { MaintainReport, PruneReport } from '@treadlight/store'
import type { H3Event } from 'h3'
import { pruneSentence } from '../pruneSentence.ts'
import type { OneTask } from './oneTask.ts'
import { failure, json } from './respond.ts'
import type { Routes } from './routes.ts'

export interface TaskRoutesOptions {
  /** @throws ConfigError where the clock cannot be believed */
  prune: (dryRun: boolean) => Promise<PruneReport>
  maintain: () => Promise<MaintainReport>
  alone: OneTask
}

/** What a collector does by itself, for schedulers that would rather say when. One at a time. */
export function addTaskRoutes(routes: Routes, { prune, maintain, alone }: TaskRoutesOptions): void {
  routes.add('POST', '/api/tasks/prune', 'token tasks', async (event) => {
    const dryRun = readDryRun(event)
    if (dryRun === undefined) return failure(400, 'dryRun: must be 1 or 0, and there is no other parameter')
    return alone('prune', async () => {
      const report = await prune(dryRun)
      return json({ ...report, dryRun, sentence: pruneSentence(report, dryRun) })
    })
  })

  routes.add('POST', '/api/tasks/maintain', 'token tasks', async () => alone('maintain', async () => json(await maintain())))
}

/** Undefined for anything that could be a mistyped dry run: that must not delete. */
function readDryRun(event: H3Event): boolean | undefined {
  const parameters = [...event.url.searchParams]
  const [name, value] = parameters[0] ?? ['dryRun', '0']
  if (parameters.length > 1 || name !== 'dryRun') return undefined
  return value === '1' || value === 'true' ? true : value === '0' || value === 'false' ? false : undefined
}
