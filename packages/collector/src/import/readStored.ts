import { isId } from '@treadlight/protocol'
import type { StoredHit } from '@treadlight/store'
import { isDay } from '../days.ts'
import { exportColumns } from '../export/columns.ts'
import { isObject } from '../isObject.ts'

const texts = ['view', 'url', 'title', 'referrer', 'hostname', 'path', 'referrerHost', 'source', 'medium', 'campaign', 'visitor', 'session', 'user'] as const

type Kind = 'string' | 'number' | 'boolean' | 'object'

const kindOf: Readonly<Record<string, Kind>> = { text: 'string', day: 'string', decimal: 'string', json: 'object', time: 'number', number: 'number', boolean: 'boolean' }

/** What each field of a hit is; `revenue` in the place of its two columns. */
const kinds = new Map<string, Kind>([...exportColumns.map(({ name, kind }): [string, Kind] => [name, kindOf[kind]!]), ['revenue', 'object']])
kinds.delete('revenueAmount')
kinds.delete('revenueCurrency')

const types: readonly unknown[] = ['pageview', 'event', 'engagement']
const origins: readonly unknown[] = ['browser', 'server', 'import']
const sitePattern = /^[a-z0-9_-]{1,64}$/

/** A hit of our own export, or what is wrong with it. Fields that this version does not know are left out. The object becomes the hit. */
export function readStored(value: Record<string, unknown>): StoredHit | string {
  for (const name in value) {
    const kind = kinds.get(name)
    const its = value[name]
    if (kind === undefined || its === undefined || its === null) delete value[name]
    else if (typeof its !== kind) return `${name} is no ${kind === 'string' ? 'text' : kind}`
  }
  for (const name of texts) value[name] ??= ''
  const { site, id, type, day, time, origin, revenue, props, clickIds } = value
  if (!sitePattern.test(String(site))) return 'site is missing, or no id of a site'
  if (typeof id !== 'string' || !isId(id)) return 'id is missing, or no UUIDv7 in lower case'
  if (!types.includes(type)) return 'type is none of pageview, event, engagement'
  if (typeof day !== 'string' || !isKnownDay(day)) return 'day is missing, or none such as 2026-11-21'
  if (!Number.isFinite(time)) return 'time is missing'
  if (!origins.includes(origin)) return 'origin is none of browser, server, import'
  for (const its of [revenue, props, clickIds]) if (its !== undefined && !isObject(its)) return 'revenue, props and clickIds must be objects'
  return value as unknown as StoredHit
}

/** Rows of a day lie side by side. */
let lastDay = ''

function isKnownDay(day: string): boolean {
  if (day === lastDay) return true
  if (!isDay(day)) return false
  lastDay = day
  return true
}
