import { mostVisits, usualVisits } from './timeline.ts'
import { personKinds } from './person.ts'

type Schema = Record<string, unknown>

const text: Schema = { type: 'string' }
const time: Schema = { type: 'string', format: 'date-time' }
const number: Schema = { type: 'number' }
const count: Schema = { type: 'integer' }
const orNull = (type: string): Schema => ({ type: [type, 'null'] })
const list = (items: Schema): Schema => ({ type: 'array', items })
const object = (properties: Record<string, Schema>, required: string[] = Object.keys(properties)): Schema => ({ type: 'object', properties, required })

export interface PersonPathOptions {
  siteId: Schema
  query: (name: string, schema: Schema) => Schema
  refused: Record<string, Schema>
}

const person = object({ user: text, session: text, visitor: text }, [])
const view = object({ type: { const: 'pageview' }, id: text, time, path: text, url: text, title: text, engaged: { ...orNull('number'), description: 'Seconds' }, scroll: { ...orNull('number'), description: 'Per cent' } })
const event = object({ type: { const: 'event' }, id: text, time, name: text, path: text, url: text, view: text, props: { type: 'object' }, revenue: orNull('object') })
const visit = object({
  id: text, start: time, end: time, duration: { ...number, description: 'Seconds' }, user: text, session: text, visitor: text,
  source: text, channel: text, device: text, browser: text, os: text, country: text, region: text, city: text,
  entry: orNull('string'), exit: orNull('string'), pageviews: count, events: count, engaged: number, hits: list({ oneOf: [view, event] }),
})
const summary = object({ first_seen: time, last_seen: time, visits: count, pageviews: count, events: count, engaged: number, users: list(text), complete: { type: 'boolean' } })
const erasure = object(
  {
    site_id: text, person, dry_run: { type: 'boolean' }, erased: count, pageviews: count, events: count, engagement: count,
    destinations: list(object({ name: text, waiting: count, dead: count })),
    finished: { type: 'boolean', description: 'Nothing of them is left in the storage either' },
    problem: text, sentence: text, erased_at: time, erased_by: text,
  },
  ['site_id', 'person', 'dry_run', 'erased', 'pageviews', 'events', 'engagement', 'destinations', 'finished', 'sentence'],
)
const card = object({ site_id: text, user: text, views: list(object({ id: text, time, url: text, title: text })) })

/** The paths of one person, for programs: see `openapi`. */
export function personPaths({ siteId, query, refused }: PersonPathOptions): Record<string, Schema> {
  const answers = (schema: Schema): Schema => ({ ...refused, 200: { description: 'The answer', content: { 'application/json': { schema } } } })
  const named = personKinds.map((kind) => query(kind, { ...text, description: 'Exactly one of user, session and visitor' }))
  const page = [query('limit', { ...count, minimum: 1, maximum: mostVisits, default: usualVisits }), query('after', { ...text, description: 'next of the page before' })]
  const asked = { ...object({ site_id: text, user: text, session: text, visitor: text, dry_run: { type: 'boolean', default: false } }, []), additionalProperties: false }
  return {
    '/api/timeline': {
      get: {
        operationId: 'getTimeline',
        summary: 'A person’s visits, newest first; a token of scope export',
        parameters: [siteId, ...named, ...page],
        security: [{ token: ['export'] }, { login: [] }],
        responses: answers(object({ site_id: text, person, summary: { anyOf: [summary, { type: 'null' }] }, visits: list(visit), next: orNull('string') }, ['site_id', 'person', 'visits', 'next'])),
      },
    },
    '/api/erase': {
      post: {
        operationId: 'erasePerson',
        summary: 'Erases a person for ever, or says with dry_run what that would take; a log-in, or a token of scope admin',
        security: [{ login: [] }],
        requestBody: { required: true, content: { 'application/json': { schema: asked, example: { user: '42', dry_run: true } } } },
        responses: answers(erasure),
      },
    },
    '/api/card': {
      get: {
        operationId: 'getCard',
        summary: 'The newest views of a user; a token of scope card, or a pass that it has signed. Pages of any origin may ask',
        parameters: [siteId, query('user', text)],
        security: [{ token: ['card'] }, { login: [] }],
        responses: answers(card),
      },
    },
  }
}
