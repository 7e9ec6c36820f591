import type { H3, H3Event } from 'h3'
import { ownCookie, ownVisitsMaxAge, type OwnVisits } from '../identity/ownVisits.ts'
import type { Guard } from './adminRoutes.ts'
import { empty, json } from './respond.ts'

export interface OwnVisitsRoutesOptions {
  ownVisits: OwnVisits
  guard: Guard
}

/** `/api/own-visits`: POST keeps the visits of this browser from being counted, DELETE counts them again, GET says which. */
export function addOwnVisitsRoutes(app: H3, { ownVisits, guard }: OwnVisitsRoutesOptions): void {
  app.get('/api/own-visits', async (event) => {
    const refused = await guard(event)
    return refused ?? json({ counted: !(await ownVisits.areIn(event.req.headers.get('cookie') ?? '')) })
  })
  app.post('/api/own-visits', async (event) => {
    const refused = await guard(event)
    return refused ?? empty(204, { 'set-cookie': cookie(event, await ownVisits.sign(), ownVisitsMaxAge / 1000) })
  })
  app.delete('/api/own-visits', async (event) => {
    const refused = await guard(event)
    return refused ?? empty(204, { 'set-cookie': cookie(event, '', 0) })
  })
}

/** Pages of other sites post hits, so the cookie has to go with these; only over TLS do browsers let it. */
function cookie(event: H3Event, value: string, maxAge: number): string {
  const isSecure = event.url.protocol === 'https:'
  const name = isSecure ? ownCookie.secure : ownCookie.plain
  return `${name}=${value}; Path=/; HttpOnly; Max-Age=${maxAge}; ${isSecure ? 'SameSite=None; Secure' : 'SameSite=Lax'}`
}
