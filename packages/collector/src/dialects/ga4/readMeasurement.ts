import type { Refusal } from '@treadlight/protocol'
import { isObject } from '../../isObject.ts'
import { addQuery } from '../addQuery.ts'
import { definedOf } from '../definedOf.ts'
import type { DialectHit } from '../dialect.ts'
import { numberOf, textOf } from '../textOf.ts'
import { hitsOfGa4Event } from './ga4Event.ts'

/** What a campaign is called in URLs, by the parameters of `campaign_details`. */
const campaign: Record<string, string> = { source: 'utm_source', medium: 'utm_medium', campaign: 'utm_campaign', term: 'utm_term', content: 'utm_content', campaign_id: 'utm_id' }

/** The hits of a body of the Measurement Protocol, event by event. */
export function readMeasurement(body: unknown, site: string | undefined): (DialectHit[] | Refusal)[] {
  if (!isObject(body)) return [{ field: 'body', reason: 'must be a JSON object' }]
  const session = textOf(body['client_id']) ?? textOf(body['app_instance_id'])
  if (session === undefined) return [{ field: 'client_id', reason: 'is required' }]
  if (site === undefined) return [{ field: 'measurement_id', reason: 'is required' }]
  const events = body['events']
  if (!Array.isArray(events) || events.length === 0) return [{ field: 'events', reason: 'must be a list of events' }]
  const device = isObject(body['device']) ? body['device'] : {}
  const language = textOf(device['language'])
  const shared = definedOf({
    language,
    screen: textOf(device['screen_resolution']),
    user: textOf(body['user_id']),
    client: clientOf(body, language),
  })
  const details = campaignOf(events)
  return events.map((event) => {
    if (!isObject(event) || textOf(event['name']) === undefined) return { field: 'name', reason: 'is required for an event' }
    const micros = numberOf(event['timestamp_micros'] ?? body['timestamp_micros'])
    const time = micros === undefined ? {} : { time: Math.floor(micros / 1000) }
    const hits = hitsOfGa4Event(event['name'] as string, isObject(event['params']) ? event['params'] : {})
    return hits.map((hit) => ({ site, session, ...shared, ...time, ...hit, url: addQuery(hit.url, details) }))
  })
}

/** Where somebody came from is an event of its own, of all others in the request. */
function campaignOf(events: readonly unknown[]): Record<string, string | undefined> {
  const found = events.find((event) => isObject(event) && event['name'] === 'campaign_details')
  const params = isObject(found) && isObject(found['params']) ? found['params'] : {}
  return Object.fromEntries(Object.entries(campaign).map(([name, parameter]) => [parameter, textOf(params[name])]))
}

function clientOf(body: Record<string, unknown>, language: string | undefined): DialectHit['client'] {
  const client = definedOf({ address: textOf(body['ip_override']), userAgent: textOf(body['user_agent']), language })
  return client.address === undefined && client.userAgent === undefined ? undefined : client
}
