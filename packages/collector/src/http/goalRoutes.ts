import { maxGoals, type Goals } from '../goals/goals.ts'
import { readGoal } from '../goals/readGoal.ts'
import type { Sites } from '../sites/sites.ts'
import { refuseParameters } from './readFields.ts'
import { readJson } from './readJson.ts'
import { empty, failure, json } from './respond.ts'
import type { Routes } from './routes.ts'
import { siteNamed, siteOfQuery } from './siteOfQuery.ts'

/**
 * `/api/goals`: GET lists a site's goals, POST adds one, DELETE removes the one that `name` says. Where there are none,
 * every custom event is a goal of its own name, so that conversions are counted before anybody has set up anything.
 */
export function addGoalRoutes(routes: Routes, { sites, goals }: { sites: Sites; goals: Goals }): void {
  const path = '/api/goals'

  routes.add('GET', path, 'token stats', async (event) => {
    const site = await siteOfQuery(sites, event)
    if (site instanceof Response) return site
    const list = await goals.list(site.id)
    return json({ site_id: site.id, goals: list, every_event: list.length === 0 })
  })

  routes.add('POST', path, 'owner', async (event) => {
    const body = await readJson(event)
    const site = await siteNamed(sites, event, body?.['site_id'])
    if (site instanceof Response) return site
    const goal = readGoal(body)
    if (typeof goal === 'string') return failure(400, goal)
    if ((await goals.list(site.id)).length >= maxGoals) return failure(400, `event: a site has at most ${maxGoals} goals`)
    if (!(await goals.add(site.id, goal))) return failure(409, `name: there is a goal ${JSON.stringify(goal.name)} already`)
    return json({ site_id: site.id, ...goal }, 201)
  })

  routes.add('DELETE', path, 'owner', async (event) => {
    const refusal = refuseParameters(event, ['site_id', 'name'])
    if (refusal) return refusal
    const site = await siteOfQuery(sites, event)
    if (site instanceof Response) return site
    const name = event.url.searchParams.get('name')
    if (name === null) return failure(400, 'name: is required, as GET /api/goals lists it')
    return (await goals.remove(site.id, name)) ? empty(204) : failure(404, 'name: there is no goal of this name')
  })
}
