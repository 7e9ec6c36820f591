import { describeBadPassword } from '../admin/password.ts'
import { readUserChange, readUserName, readUserRequest } from '../admin/userRequest.ts'
import { UserError, type Users } from '../admin/users.ts'
import type { Sites } from '../sites/sites.ts'
import { readFields, refuseParameters } from './readFields.ts'
import { empty, failure, json } from './respond.ts'
import type { Routes } from './routes.ts'

/**
 * `/api/users`: GET lists them; POST adds one, with a password or one that is made and answered this once; PUT changes role,
 * sites (`null`: all) or password (`true`: one is made) of the one of `name`; DELETE removes it, and ends its log-ins.
 */
export function addUserRoutes(routes: Routes, { users, sites }: { users: Users; sites: Sites }): void {
  const path = '/api/users'
  const fields = ['name', 'role', 'sites', 'password']
  const siteIds = async (): Promise<string[]> => (await sites.list()).map(({ id }) => id)

  routes.add('GET', path, 'owner', async () => json({ users: await users.list() }))

  routes.add('POST', path, 'owner', async (event) => {
    const body = await readFields(event, fields)
    if (body instanceof Response) return body
    const wanted = readUserRequest(body, await siteIds())
    if (typeof wanted === 'string') return failure(400, wanted)
    const { password: given, ...user } = wanted
    return orUserError(async () => {
      const password = await users.add(user, given)
      return json({ ...user, ...(given === undefined && { password }) }, 201)
    })
  })

  routes.add('PUT', path, 'owner', async (event) => {
    const body = await readFields(event, fields)
    if (body instanceof Response) return body
    const { name: given, password } = body
    const name = readUserName(given)
    if (name === '') return failure(400, 'name: is required, as GET /api/users lists it')
    const change = readUserChange(body, await siteIds())
    if (typeof change === 'string') return failure(400, change)
    const bad = password === undefined || password === true ? undefined : describeBadPassword(password)
    if (bad !== undefined) return failure(400, `${bad}, or true for one that is made`)
    return orUserError(async () => {
      const user = await users.change(name, change)
      if (password === undefined) return json(user)
      const made = await users.reset(name, password === true ? undefined : (password as string))
      return json({ ...user, ...(password === true && { password: made }) })
    })
  })

  routes.add('DELETE', path, 'owner', async (event) => {
    const refusal = refuseParameters(event, ['name'])
    if (refusal) return refusal
    const name = readUserName(event.url.searchParams.get('name'))
    if (name === '') return failure(400, 'name: is required, as GET /api/users lists it')
    return orUserError(async () => {
      await users.remove(name)
      return empty(204)
    })
  })
}

async function orUserError(task: () => Promise<Response>): Promise<Response> {
  try {
    return await task()
  } catch (error) {
    if (error instanceof UserError) return failure(error.status, error.message)
    throw error
  }
}
