import type { Refusal } from '@treadlight/protocol'
import { isObject } from '../../isObject.ts'
import type { DialectHit } from '../dialect.ts'
import { textOf } from '../textOf.ts'
import { readUmami } from './readUmami.ts'

/**
 * The hit of Umami 1: a page's URL is a path, and an event is called by `event_name`, before 1.38 by `event_value`, of which
 * `event_type` says what was done (`click`).
 */
export function readCollect(body: unknown, origin: string): DialectHit[] | Refusal {
  if (!isObject(body) || !isObject(body['payload'])) return { field: 'payload', reason: 'must be an object' }
  const { type, payload } = body as { type?: unknown; payload: Record<string, unknown> }
  if (type === 'pageview') return readUmami({ type: 'event', payload: { ...payload, name: undefined } }, origin)
  if (type !== 'event') return { field: 'type', reason: 'must be one of pageview, event' }
  const name = textOf(payload['event_name']) ?? textOf(payload['event_value'])
  if (name === undefined) return { field: 'event_name', reason: 'is required' }
  const data = isObject(payload['event_data']) ? payload['event_data'] : { type: payload['event_type'] }
  return readUmami({ type: 'event', payload: { ...payload, name, data } }, origin)
}
