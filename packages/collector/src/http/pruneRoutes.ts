import type { RetentionPolicy } from '@treadlight/store'
import type { AnyStore } from '../openStore.ts'
import { pruneBefore } from '../pruneBefore.ts'
import { readPruneMoment, usualPruneMoment } from '../pruneMoment.ts'
import { pruneSentence } from '../pruneSentence.ts'
import { ConfigError } from '../settings.ts'
import type { Sites } from '../sites/sites.ts'
import type { OneTask } from './oneTask.ts'
import { readFields } from './readFields.ts'
import { failure, json } from './respond.ts'
import type { Routes } from './routes.ts'
import { siteNamed, siteOfQuery } from './siteOfQuery.ts'

export interface PruneRoutesOptions {
  store: AnyStore
  sites: Sites
  retention: RetentionPolicy
  /** Why the clock is not to be believed, where it is not. */
  doubtClock: () => string | undefined
  alone: OneTask
  /** ms since 1970. */
  now: () => number
}

const day = 86_400_000

/**
 * `GET /api/retention`: for how many days hits are kept, and a moment to begin a purge with. `POST /api/prune` deletes what of a site is
 * older than a moment, whoever it is of (PT15): `{ site_id, before, dry_run }`, `before` by the site's clock.
 */
export function addPruneRoutes(routes: Routes, { store, sites, retention, doubtClock, alone, now }: PruneRoutesOptions): void {
  const { anonymous, authenticated, newest } = retention

  routes.add('GET', '/api/retention', 'owner', async (event) => {
    const site = await siteOfQuery(sites, event)
    if (site instanceof Response) return site
    const policy = { anonymous: anonymous / day, authenticated: authenticated / day, ...(newest !== undefined && { newest }) }
    return json({ site_id: site.id, timezone: site.timezone, ...policy, before: usualPruneMoment(site.timezone, now()) })
  })

  routes.add('POST', '/api/prune', 'owner', async (event) => {
    const body = await readFields(event, ['site_id', 'before', 'dry_run'])
    if (body instanceof Response) return body
    const { site_id: name, before, dry_run: dryRun = false } = body
    // What may be a mistyped dry run must not delete.
    if (typeof dryRun !== 'boolean') return failure(400, 'dry_run: must be true or false')
    const site = await siteNamed(sites, event, name)
    if (site instanceof Response) return site
    const moment = readPruneMoment(before, site, now())
    if (typeof moment === 'string') return failure(400, `before: ${typeof before === 'string' ? `${JSON.stringify(before.slice(0, 80))}: ` : ''}${moment}`)
    return alone('prune', async () => {
      const doubt = doubtClock()
      if (doubt !== undefined && !dryRun) throw new ConfigError(doubt)
      const report = await pruneBefore(store, new Map([[site.id, moment]]), { dryRun, now: now() })
      return json({ site_id: site.id, before, moment: new Date(moment).toISOString(), dry_run: dryRun, ...report, sentence: pruneSentence(report, dryRun) })
    })
  })
}
