import type { Refusal } from '@treadlight/protocol'
import { isObject } from '../../isObject.ts'
import { definedOf } from '../definedOf.ts'
import type { DialectHit } from '../dialect.ts'
import { numberOf, textOf } from '../textOf.ts'
import { hitOfCount } from './readCount.ts'

const rfc3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/i

/**
 * One of the `hits` of `POST /api/v0/count`. Whose it is must be said, by `session` or by `user_agent` and `ip`, unless the
 * sender wants no visits to be told apart.
 */
export function readApiHit(input: unknown, site: string, noSessions: boolean): DialectHit | Refusal {
  if (!isObject(input)) return { field: 'hit', reason: 'must be an object' }
  const session = textOf(input['session'])
  const client = definedOf({ address: textOf(input['ip']), userAgent: textOf(input['user_agent']), language: textOf(input['language']) })
  if (session === undefined && !noSessions && !(client.address && client.userAgent))
    return { field: 'session', reason: 'must be set, or user_agent and ip, or no_sessions for all' }
  const said = textOf(input['created_at'])
  const time = said === undefined ? undefined : rfc3339.test(said) ? Date.parse(said) : NaN
  if (Number.isNaN(time)) return { field: 'created_at', reason: 'must be a time as in RFC 3339' }
  const hit = hitOfCount(countOf(input), site, '')
  if ('reason' in hit) return hit
  const hasClient = session !== undefined || Object.keys(client).length > 0
  return { ...hit, ...definedOf({ time, session, language: client.language, client: hasClient ? client : undefined }) }
}

function countOf(input: Record<string, unknown>): Parameters<typeof hitOfCount>[0] {
  const { size, event, bot } = input
  return {
    path: textOf(input['path']) ?? '',
    title: textOf(input['title']),
    referrer: textOf(input['ref']),
    isEvent: event === true || event === 1 || event === 'true' || event === '1' || event === 'on',
    query: textOf(input['query']),
    size: (Array.isArray(size) ? size.slice(0, 2) : [size]).map((length) => numberOf(length) ?? NaN),
    bot: numberOf(bot) ?? 0,
  }
}
