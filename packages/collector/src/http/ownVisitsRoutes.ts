import type { H3Event } from 'h3'
import { ownCookie, ownVisitsMaxAge, type OwnVisits } from '../identity/ownVisits.ts'
import { empty, json } from './respond.ts'
import type { Routes } from './routes.ts'

/** `/api/own-visits`: POST keeps the visits of this browser from being counted, DELETE counts them again, GET says which. */
export function addOwnVisitsRoutes(routes: Routes, ownVisits: OwnVisits): void {
  const path = '/api/own-visits'
  routes.add('GET', path, 'owner', async (event) => json({ counted: !(await ownVisits.areIn(event.req.headers.get('cookie') ?? '')) }))
  routes.add('POST', path, 'owner', async (event) => empty(204, { 'set-cookie': cookie(event, await ownVisits.sign(), ownVisitsMaxAge / 1000) }))
  routes.add('DELETE', path, 'owner', (event) => empty(204, { 'set-cookie': cookie(event, '', 0) }))
}

/** Pages of other sites post hits, so the cookie has to go with these; only over TLS do browsers let it. */
function cookie(event: H3Event, value: string, maxAge: number): string {
  const isSecure = event.url.protocol === 'https:'
  const name = isSecure ? ownCookie.secure : ownCookie.plain
  return `${name}=${value}; Path=/; HttpOnly; Max-Age=${maxAge}; ${isSecure ? 'SameSite=None; Secure' : 'SameSite=Lax'}`
}
