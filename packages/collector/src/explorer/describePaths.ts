import { exactFields, hitTypes, mostHits, orderNames, usualHits } from './readHitsRequest.ts'

type Schema = Record<string, unknown>

const text: Schema = { type: 'string' }
const time: Schema = { type: 'string', format: 'date-time' }
const count: Schema = { type: 'integer' }
const whole = (minimum: number, maximum?: number): Schema => ({ ...count, minimum, ...(maximum !== undefined && { maximum }) })
const ref = (name: string): Schema => ({ $ref: `#/components/schemas/${name}` })
const named = (values: readonly string[]): Schema => ({ type: 'string', enum: [...values] })
const object = (properties: Record<string, Schema>): Schema => ({ type: 'object', properties, required: Object.keys(properties) })

/** Of hits, for programs: see `openapi`. */
export const hitSchemas: Record<string, Schema> = {
  Hit: {
    description: 'What is stored of a hit; fields that it does not have are left out',
    ...object({ id: text, type: named(hitTypes), timestamp: time, received: time, user_id: text, session_id: text, visitor: text, url: text, title: text, source: text, medium: text }),
  },
  Hits: object({ site_id: text, results: { type: 'array', items: ref('Hit') }, page: whole(1), pages: whole(1), total: whole(0), page_size: whole(1, mostHits) }),
}

export interface HitPathOptions {
  siteId: Schema
  query: (name: string, schema: Schema) => Schema
  refused: Record<string, Schema>
  security: Schema[]
}

/** The paths of hits, for programs: see `openapi`. */
export function hitPaths({ siteId, query, refused, security }: HitPathOptions): Record<string, Schema> {
  const answer = (schema: Schema) => ({ description: 'The answer', content: { 'application/json': { schema } } })
  const orders = orderNames.flatMap((name) => [name, `-${name}`])
  const parameters = [
    siteId,
    query('page', { ...whole(1), default: 1, description: 'One behind the last is the last' }),
    query('page_size', { ...whole(1, mostHits), default: usualHits }),
    query('search', { ...text, description: 'What id, user_id, url, session_id, source or medium contains, whatever its case' }),
    query('order_by', { ...text, default: '-timestamp', description: `One of ${orders.join(', ')}; another is ignored` }),
    query('date_range', { ...text, description: 'As in a query: a name, or two days as JSON. By default everything' }),
    query('filters', { ...text, description: 'As in a query, as JSON' }),
    query('type', named(hitTypes)),
    query('known', { ...named(['true', 'false']), description: 'Whether it is known whose hits they are' }),
    ...Object.keys(exactFields).map((name) => query(name, { ...text, description: 'Exactly this; empty for hits without one' })),
  ]
  const id = { name: 'id', in: 'path', required: true, schema: text }
  return {
    '/api/hits': { get: { operationId: 'listHits', summary: 'A page of hits; a token of scope export', parameters, security, responses: { ...refused, 200: answer(ref('Hits')) } } },
    '/api/hits/{id}': {
      get: { operationId: 'getHit', summary: 'One hit with all its fields; a token of scope export', parameters: [id, siteId], security, responses: { ...refused, 200: answer(object({ site_id: text, hit: ref('Hit') })), 404: refused['400']! } },
    },
  }
}
