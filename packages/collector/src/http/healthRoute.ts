import type { Durability, StorageProblem } from '@treadlight/store'
import type { Failures } from '../failures.ts'
import type { Notes } from '../notes.ts'
import { version } from '../version.ts'
import { json } from './respond.ts'
import type { Routes } from './routes.ts'

export interface HealthRouteOptions {
  durability: Durability
  problems: readonly StorageProblem[]
  failures: Failures
  /** Anybody can cause these by a hit: they never make it less than ok. */
  notes: Notes
  /** Since when no hits can be stored, ms since 1970. */
  failingSince: () => number | undefined
  /** Since when another system takes nothing, ms since 1970. */
  forwardingSince?: (() => number | undefined) | undefined
  now: () => number
}

/** How long another system may be away before it is worth a word, ms. */
const patience = 5 * 60_000

/** Why is the log's affair: anybody may ask here. */
const sentences = {
  hits: 'The storage takes no hits',
  queries: 'Queries cannot be answered',
  upkeep: 'Upkeep fails, so that what was erased or is too old stays in the storage',
  retention: 'What is too old is not deleted',
  forwarding: 'Another system does not take the hits that are to be handed to it',
}

/**
 * `GET /api/health`, for monitors. `ok` says whether everything works; the status is 503 only where hits are not taken,
 * because by it a balancer takes a collector out of service.
 */
export function addHealthRoute(routes: Routes, { durability, problems, failures, notes, failingSince, forwardingSince, now }: HealthRouteOptions): void {
  routes.add('GET', '/api/health', 'public', () => {
    const noHits = failingSince()
    const notForwarded = forwardingSince?.() ?? Infinity
    const failing = new Map<keyof typeof sentences, number>([
      ...(noHits === undefined ? [] : [['hits', noHits] as const]),
      ...failures.since,
      // Others are away for a moment now and then, and nothing is lost by it.
      ...(now() - notForwarded > patience ? [['forwarding', notForwarded] as const] : []),
    ])
    const ok = failing.size === 0
    const noted = notes.list()
    const body = { ok, version, durability, problems: problems.length, ...(!ok && describe(failing)), ...(noted.length > 0 && { notes: noted }) }
    return json(body, noHits === undefined ? 200 : 503)
  })
}

/** @param failing since when, ms since 1970 */
function describe(failing: ReadonlyMap<keyof typeof sentences, number>): { error: string; failing: Record<string, string> } {
  const error = `${[...failing.keys()].map((task) => sentences[task]).join('. ')}: the log says why`
  return { error, failing: Object.fromEntries([...failing].map(([task, since]) => [task, new Date(since).toISOString()])) }
}
