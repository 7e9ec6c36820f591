import type { Attempts } from '../admin/attempts.ts'
import { loginMaxAge, type Logins } from '../admin/logins.ts'
import { describeBadPassword, passwordLength } from '../admin/password.ts'
import { firstOwner } from '../admin/storedUser.ts'
import { readUserName } from '../admin/userRequest.ts'
import type { KnownUser, Users } from '../admin/users.ts'
import type { H3Event } from 'h3'
import { accessOf } from './access.ts'
import { loginCookie, readLogin } from './authorize.ts'
import { readJson } from './readJson.ts'
import { empty, failure, json } from './respond.ts'
import type { Routes } from './routes.ts'
import { refuseAttempt } from './refuseAttempt.ts'

export interface AdminRoutesOptions {
  users: Users
  logins: Logins
  attempts: Attempts
}

/** Log-in, log-out, who is there, and their password. */
export function addAdminRoutes(routes: Routes, { users, logins, attempts }: AdminRoutesOptions): void {
  routes.add('POST', '/api/login', 'own page', async (event) => {
    const refusal = refuseAttempt(attempts, event)
    if (refusal) return refusal
    const { name = firstOwner, password } = (await readJson(event)) ?? {}
    if (typeof name !== 'string' || name.length > passwordLength.most) return failure(400, 'name: must be that of a user; without one it is admin')
    if (!isPassword(password)) return failure(400, 'password: is required')
    const user = await users.check(readUserName(name), password)
    // The same for both: a guesser is not to learn who there is.
    return user ? logIn(event, user) : failure(401, 'Wrong name or password')
  })

  routes.add('POST', '/api/logout', 'own page', async (event) => {
    const token = readLogin(event)
    if (token) await logins.end(token)
    return empty(204, { 'set-cookie': loginCookie(event, '', 0) })
  })

  routes.add('GET', '/api/session', 'user', (event) => {
    const { name, role, sites } = accessOf(event)
    return json({ user: name, role, ...(sites && { sites }) })
  })

  routes.add('POST', '/api/password', 'user', async (event) => {
    const refusal = refuseAttempt(attempts, event)
    if (refusal) return refusal
    const { old, new: next } = (await readJson(event)) ?? {}
    if (!isPassword(old)) return failure(400, 'old: is required')
    const bad = describeBadPassword(next, 'new')
    if (bad !== undefined) return failure(400, bad)
    const { name } = accessOf(event)
    if (!(await users.check(name, old))) return failure(403, 'old: is not your password')
    await users.reset(name, next as string)
    const user = await users.find(name)
    const token = readLogin(event)
    if (token) await logins.end(token)
    // Every log-in was bound to the old one: this browser gets another.
    return user ? logIn(event, user) : failure(401, 'Log in first')
  })

  async function logIn(event: H3Event, { name, version }: KnownUser): Promise<Response> {
    const token = await logins.start({ user: name, version })
    return empty(204, { 'set-cookie': loginCookie(event, token, loginMaxAge / 1000) })
  }
}

/** Whether it is worth hashing. */
function isPassword(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= passwordLength.most
}
