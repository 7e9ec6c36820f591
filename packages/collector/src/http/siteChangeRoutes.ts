import type { H3Event } from 'h3'
import type { DemoSites } from '../demoSite/demoSites.ts'
import type { AnyStore } from '../openStore.ts'
import { SiteProblem, type SiteRegistry } from '../sites/siteRegistry.ts'
import { allowedSentence, changedSentence, demoRemovalSentence, removedSentence, wouldRemoveSentence } from '../sites/siteSentences.ts'
import type { Sites } from '../sites/sites.ts'
import { readFields, refuseParameters } from './readFields.ts'
import { failure, json } from './respond.ts'
import type { Routes } from './routes.ts'

export interface SiteChangeRoutesOptions {
  sites: Pick<Sites, 'reload'>
  registry: SiteRegistry
  demoSites: DemoSites
  store: AnyStore
}

/**
 * `/api/sites`: POST adds one, PUT gives it other hosts, DELETE removes the one of `id`, with `dry_run=1` says what that would do.
 * Of a made-up site all goes with it, of any other the hits stay.
 * `/api/sites/hosts`: GET says of each site whose hits it takes and where that is set, POST allows another host, DELETE one less.
 */
export function addSiteChangeRoutes(routes: Routes, { sites, registry, demoSites, store }: SiteChangeRoutesOptions): void {
  routes.add('POST', '/api/sites', 'owner', async (event) => {
    const body = await readFields(event, ['id', 'hosts', 'timezone'])
    if (body instanceof Response) return body
    const { id, hosts, timezone } = body
    return change(async () => {
      const site = await registry.add({ id, hosts, timezone })
      return { status: 201, id: site.id, timezone: site.timezone, hosts: site.hosts, sentence: changedSentence('add', site) }
    })
  })

  routes.add('PUT', '/api/sites', 'owner', async (event) => {
    const body = await readFields(event, ['id', 'hosts'])
    if (body instanceof Response) return body
    const { id, hosts } = body
    return change(async () => {
      const site = await registry.setHosts({ id, hosts })
      return { id: site.id, timezone: site.timezone, hosts: site.hosts, sentence: changedSentence('hosts', site) }
    })
  })

  routes.add('DELETE', '/api/sites', 'owner', async (event) => {
    const refusal = refuseParameters(event, ['id', 'dry_run'])
    if (refusal) return refusal
    const id = event.url.searchParams.get('id')
    const dryRun = readFlag(event, 'dry_run')
    if (dryRun === undefined) return failure(400, 'dry_run: must be 1 or 0')
    return change(async () => {
      if (await demoSites.find(id)) return removeDemo(id!, dryRun)
      const site = await (dryRun ? registry.findRemovable(id) : registry.remove(id))
      const hits = await store.countAbout?.({ site: site.id })
      return { id: site.id, dry_run: dryRun, ...(hits !== undefined && { hits_about: hits }), sentence: dryRun ? wouldRemoveSentence(site, hits) : removedSentence(site) }
    })
  })

  routes.add('GET', '/api/sites/hosts', 'owner', async () => json({ sites: await registry.list() }))

  routes.add('POST', '/api/sites/hosts', 'owner', async (event) => {
    const body = await readFields(event, ['site_id', 'host'])
    if (body instanceof Response) return body
    const { site_id: id, host } = body
    return change(async () => {
      const site = await registry.allow(id, host)
      return { status: 201, ...site, sentence: allowedSentence(site) }
    })
  })

  routes.add('DELETE', '/api/sites/hosts', 'owner', async (event) => {
    const refusal = refuseParameters(event, ['site_id', 'host'])
    if (refusal) return refusal
    const { searchParams } = event.url
    return change(async () => {
      const site = await registry.disallow(searchParams.get('site_id'), searchParams.get('host'))
      return { ...site, sentence: allowedSentence(site) }
    })
  })

  async function removeDemo(id: string, dryRun: boolean): Promise<Record<string, unknown>> {
    const gone = await (dryRun ? demoSites.belongings(id) : demoSites.remove(id))
    return { id, dry_run: dryRun, hits_about: gone.hits, sentence: demoRemovalSentence({ id }, gone, !dryRun) }
  }

  /** Here it is known at once. */
  async function change(act: () => Promise<{ status?: number } & Record<string, unknown>>): Promise<Response> {
    try {
      const { status = 200, ...answer } = await act()
      await sites.reload()
      return json(answer, status)
    } catch (error) {
      if (error instanceof SiteProblem) return failure(400, error.message)
      throw error
    }
  }
}

/** Undefined for anything that could be a mistyped one. @default false */
function readFlag(event: H3Event, name: string): boolean | undefined {
  const value = event.url.searchParams.get(name) ?? '0'
  return value === '1' || value === 'true' ? true : value === '0' || value === 'false' ? false : undefined
}
