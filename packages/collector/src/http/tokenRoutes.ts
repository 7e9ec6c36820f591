import { readTokenRequest } from '../admin/tokenRequest.ts'
import type { Tokens } from '../admin/tokens.ts'
import { readFields, refuseParameters } from './readFields.ts'
import { empty, failure, json } from './respond.ts'
import type { Routes } from './routes.ts'

/** `/api/tokens`: GET lists them, POST makes one and answers it this once, DELETE revokes the one of `id`. */
export function addTokenRoutes(routes: Routes, tokens: Tokens): void {
  const path = '/api/tokens'

  routes.add('GET', path, 'owner', async () => json({ tokens: await tokens.list() }))

  routes.add('POST', path, 'owner', async (event) => {
    const body = await readFields(event, ['name', 'scopes'])
    if (body instanceof Response) return body
    const wanted = readTokenRequest(body['name'], body['scopes'])
    return typeof wanted === 'string' ? failure(400, wanted) : json(await tokens.create(wanted.name, wanted.scopes), 201)
  })

  routes.add('DELETE', path, 'owner', async (event) => {
    const refusal = refuseParameters(event, ['id'])
    if (refusal) return refusal
    const id = event.url.searchParams.get('id')
    if (id === null) return failure(400, 'id: is required, as GET /api/tokens lists it')
    return (await tokens.revoke(id)) ? empty(204) : failure(404, 'id: there is no token of this id')
  })
}
