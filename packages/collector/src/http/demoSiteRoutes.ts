import { usualDemoSite, type DemoSite, type DemoSites } from '../demoSite/demoSites.ts'
import { SiteProblem } from '../sites/siteRegistry.ts'
import { demoSentence } from '../sites/siteSentences.ts'
import type { Sites } from '../sites/sites.ts'
import { readFields, refuseParameters } from './readFields.ts'
import { failure, json } from './respond.ts'
import type { Routes } from './routes.ts'

export interface DemoSiteRoutesOptions {
  sites: Pick<Sites, 'reload'>
  demoSites: DemoSites
  onError: (error: unknown) => void
}

/**
 * `/api/sites/demo`: POST makes a site with a year of made-up visits, or brings it up to today, and answers as it begins; GET says how
 * far it is. It is removed as every other site: `DELETE /api/sites`.
 */
export function addDemoSiteRoutes(routes: Routes, { sites, demoSites, onError }: DemoSiteRoutesOptions): void {
  routes.add('POST', '/api/sites/demo', 'owner', async (event) => {
    const body = await readFields(event, ['id', 'timezone'])
    if (body instanceof Response) return body
    return orProblem(async () => {
      const { filled, ...site } = await demoSites.begin(body)
      // Nobody waits for it.
      filled.then(() => sites.reload()).catch(onError)
      await sites.reload()
      return json(await describe(site), 201)
    })
  })

  routes.add('GET', '/api/sites/demo', 'owner', async (event) => {
    const refusal = refuseParameters(event, ['id'])
    if (refusal) return refusal
    return orProblem(async () => {
      const id = event.url.searchParams.get('id') ?? usualDemoSite
      const site = await demoSites.find(id)
      return json(site ? await describe(site) : { id, state: 'none' })
    })
  })

  async function describe({ id, demo }: DemoSite): Promise<object> {
    const { from, to, hits } = demo
    return { id, state: hits === undefined ? 'filling' : 'filled', from, to, hits: hits ?? (await demoSites.count(id)), sentence: demoSentence({ id }, demo) }
  }
}

async function orProblem(act: () => Promise<Response>): Promise<Response> {
  try {
    return await act()
  } catch (error) {
    if (error instanceof SiteProblem) return failure(400, error.message)
    throw error
  }
}
