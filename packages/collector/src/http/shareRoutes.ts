import type { Attempts } from '../admin/attempts.ts'
import type { Logins } from '../admin/logins.ts'
import { passwordLength, type Passwords } from '../admin/password.ts'
import { listedShare, readShareRequest } from '../admin/shareRequest.ts'
import type { Shares } from '../admin/shares.ts'
import type { Sites } from '../sites/sites.ts'
import { noSuchShare, secretOf, shareCookie, shareUser } from './authorize.ts'
import { readFields, refuseParameters } from './readFields.ts'
import { readJson } from './readJson.ts'
import { refuseAttempt } from './refuseAttempt.ts'
import { empty, failure, json } from './respond.ts'
import { sharePath, type Routes } from './routes.ts'
import { siteNamed, siteOfQuery } from './siteOfQuery.ts'

export interface ShareRoutesOptions {
  shares: Shares
  sites: Sites
  passwords: Passwords
  logins: Logins
  attempts: Attempts
}

/** How long the password of a link need not be given again: 7 days in ms. */
const shareMaxAge = 7 * 86_400_000

/** `/api/shares`: GET lists a site's links, POST makes one, DELETE removes the one of `id`; and the log-in to one that has a password. */
export function addShareRoutes(routes: Routes, { shares, sites, passwords, logins, attempts }: ShareRoutesOptions): void {
  const path = '/api/shares'

  routes.add('GET', path, 'owner', async (event) => {
    const site = await siteOfQuery(sites, event)
    return site instanceof Response ? site : json({ site_id: site.id, shares: (await shares.list(site.id)).map(listedShare) })
  })

  routes.add('POST', path, 'owner', async (event) => {
    const body = await readFields(event, ['site_id', 'name', 'password', 'expires'])
    if (body instanceof Response) return body
    const site = await siteNamed(sites, event, body['site_id'])
    if (site instanceof Response) return site
    const wanted = readShareRequest(body)
    if (typeof wanted === 'string') return failure(400, wanted)
    try {
      return json(listedShare(await shares.add(site.id, wanted)), 201)
    } catch (error) {
      if (error instanceof RangeError) return failure(400, `name: ${error.message}`)
      throw error
    }
  })

  routes.add('DELETE', path, 'owner', async (event) => {
    const refusal = refuseParameters(event, ['site_id', 'id'])
    if (refusal) return refusal
    const site = await siteOfQuery(sites, event)
    if (site instanceof Response) return site
    const id = event.url.searchParams.get('id')
    if (id === null) return failure(400, 'id: is required, as GET /api/shares lists it')
    return (await shares.remove(site.id, id)) ? empty(204) : failure(404, 'id: there is no share link of this id')
  })

  routes.add('POST', `${sharePath}/api/login`, 'own page', async (event) => {
    const refusal = refuseAttempt(attempts, event)
    if (refusal) return refusal
    const share = await shares.find(secretOf(event))
    if (!share) return failure(404, noSuchShare)
    const password = (await readJson(event))?.['password']
    if (typeof password !== 'string' || password === '' || password.length > passwordLength.most) return failure(400, 'password: is required')
    if (!share.password || !(await passwords.matches(password, share.password))) return failure(401, 'Wrong password')
    const token = await logins.start({ user: shareUser(share), version: share.password.salt }, shareMaxAge)
    return empty(204, { 'set-cookie': shareCookie(event, token, shareMaxAge / 1000) })
  })
}
