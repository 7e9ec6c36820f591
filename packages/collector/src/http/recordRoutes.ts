import type { H3Event } from 'h3'
import type { Recorded, Records } from '../records/records.ts'
import type { Site, Sites } from '../sites/sites.ts'
import type { Guard } from './authorize.ts'
import { readFields, refuseParameters } from './readFields.ts'
import { failure, json } from './respond.ts'
import type { Routes } from './routes.ts'
import { siteNamed, siteOfQuery } from './siteOfQuery.ts'

export interface RecordRoutesOptions<T extends object> {
  path: string
  /** Who may change them. */
  guard: Guard
  sites: Sites
  records: Records<T>
  /** Names of what `read` reads: another one in a body is a mistake. */
  fields: readonly string[]
  /** What a body asks for, or what is wrong with it, beginning with the field. */
  read: (body: Record<string, unknown>, site: Site) => T | string
  /** Why it cannot be beside the others: 409. */
  conflict?: (fields: T, others: readonly Recorded<T>[]) => string | undefined
  /** What the removal of one does, in words. */
  describeRemoval: (record: T) => string
}

/**
 * How records of a site are changed: POST adds one, PUT changes the one of `id`, DELETE removes it, or with `dry_run=1` says
 * what that would do. What GET answers is its own.
 */
export function addRecordRoutes<T extends object>(routes: Routes, options: RecordRoutesOptions<T>): void {
  const { path, guard, sites, records, fields, read, conflict = () => undefined, describeRemoval } = options

  routes.add('POST', path, guard, async (event) => {
    const wanted = await readBody(event, fields)
    if (wanted instanceof Response) return wanted
    const { site, value } = wanted
    const problem = conflict(value, await records.list(site.id))
    if (problem !== undefined) return failure(409, problem)
    try {
      return json({ site_id: site.id, ...(await records.add(site.id, value)) }, 201)
    } catch (error) {
      if (error instanceof RangeError) return failure(400, error.message)
      throw error
    }
  })

  routes.add('PUT', path, guard, async (event) => {
    const wanted = await readBody(event, [...fields, 'id'])
    if (wanted instanceof Response) return wanted
    const { site, value, body } = wanted
    const { id } = body
    if (typeof id !== 'string') return failure(400, `id: is required, as GET ${path} lists it`)
    const problem = conflict(value, (await records.list(site.id)).filter((other) => other.id !== id))
    if (problem !== undefined) return failure(409, problem)
    const changed = await records.replace(site.id, id, value)
    return changed === undefined ? missing() : json({ site_id: site.id, ...changed })
  })

  routes.add('DELETE', path, guard, async (event) => {
    const refusal = refuseParameters(event, ['site_id', 'id', 'dry_run'])
    if (refusal) return refusal
    const { searchParams } = event.url
    const isDry = readSwitch(searchParams.get('dry_run') ?? '0')
    if (isDry === undefined) return failure(400, 'dry_run: must be 1 or 0')
    const site = await siteOfQuery(sites, event)
    if (site instanceof Response) return site
    const id = searchParams.get('id')
    if (id === null) return failure(400, `id: is required, as GET ${path} lists it`)
    const record = await records.get(site.id, id)
    if (record === undefined) return missing()
    if (!isDry) await records.remove(site.id, id)
    return json({ id, removed: isDry ? 0 : 1, dry_run: isDry, sentence: describeRemoval(record) })
  })

  async function readBody(event: H3Event, allowed: readonly string[]): Promise<{ site: Site; value: T; body: Record<string, unknown> } | Response> {
    const body = await readFields(event, ['site_id', ...allowed])
    if (body instanceof Response) return body
    const site = await siteNamed(sites, event, body['site_id'])
    if (site instanceof Response) return site
    const value = read(body, site)
    return typeof value === 'string' ? failure(400, value) : { site, value, body }
  }

  function missing(): Response {
    return failure(404, `id: there is none of this id; GET ${path} lists those that there are`)
  }
}

function readSwitch(value: string): boolean | undefined {
  return value === '1' || value === 'true' ? true : value === '0' || value === 'false' ? false : undefined
}
