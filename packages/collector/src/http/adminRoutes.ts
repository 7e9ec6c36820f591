import type { Account } from '../admin/password.ts'
import { loginMaxAge, type Logins } from '../admin/logins.ts'
import { createAttempts } from '../admin/attempts.ts'
import { networkOf } from '../hit/network.ts'
import { loginCookie, readLogin } from './authorize.ts'
import { readJson } from './readJson.ts'
import { empty, failure, json } from './respond.ts'
import type { Routes } from './routes.ts'

export interface AdminRoutesOptions {
  account: Account
  logins: Logins
  now: () => number
}

/** Log-in, log-out and who is there. */
export function addAdminRoutes(routes: Routes, { account, logins, now }: AdminRoutesOptions): void {
  const attempts = createAttempts(now)

  routes.add('POST', '/api/login', 'own page', async (event) => {
    const wait = attempts.take(networkOf(event.req.ip))
    if (wait > 0) return failure(429, `Too many attempts: try again in ${wait} seconds`, { 'retry-after': String(wait) })
    const body = await readJson(event)
    const password = body?.['password']
    if (typeof password !== 'string' || password === '' || password.length > 1024)
      return failure(400, 'password: is required')
    const version = await account.check(password)
    if (!version) return failure(401, 'Wrong password')
    const token = await logins.start(version)
    return empty(204, { 'set-cookie': loginCookie(event, token, loginMaxAge / 1000) })
  })

  routes.add('POST', '/api/logout', 'own page', async (event) => {
    const token = readLogin(event)
    if (token) await logins.end(token)
    return empty(204, { 'set-cookie': loginCookie(event, '', 0) })
  })

  routes.add('GET', '/api/session', 'owner', () => json({ user: 'admin' }))
}
