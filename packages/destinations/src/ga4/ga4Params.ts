import { cutText } from '@treadlight/protocol'
import { ga4ParameterName } from './ga4Names.ts'
import type { Ga4Event, Ga4Item, Ga4Value } from './ga4Payload.ts'

/** Most parameters of an event. */
const maxParams = 25
/** Most products of an event. */
const maxItems = 200
/** Longest values, characters; all others: 100. */
const longest: Record<string, number> = { page_location: 1000, page_referrer: 420, page_title: 300 }

/** What Google's own parameters are given as; what is undefined is left out. */
export type GivenParams = Record<string, Ga4Value | Ga4Item[] | null | undefined>

/**
 * An event within Google's limits. What is Google's own comes first, so that of too many a site's own are left out.
 *
 * @param own Google's parameters, by its names
 * @param props the site's
 */
export function createGa4Event(name: string, own: GivenParams, props: Record<string, Ga4Value | undefined> = {}): Ga4Event {
  const entries = [...Object.entries(own), ...Object.entries(props).map(([key, value]) => [ga4ParameterName(key), value] as const)]
  const params = new Map<string, Ga4Value | Ga4Item[]>()
  for (const [key, value] of entries) {
    if (value === undefined || value === null || params.has(key)) continue
    if (params.size < maxParams) params.set(key, Array.isArray(value) ? value.slice(0, maxItems) : cutValue(key, value))
  }
  // Defines properties instead of assigning them: a prop may be called __proto__.
  return { name, params: Object.fromEntries(params) }
}

/** A product; what is undefined is left out. */
export function createGa4Item(given: Record<string, Ga4Value | undefined>): Ga4Item {
  return Object.fromEntries(Object.entries(given).flatMap(([key, value]) => (value === undefined ? [] : [[key, cutValue(key, value)]])))
}

function cutValue(key: string, value: Ga4Value): Ga4Value {
  return typeof value === 'string' ? cutText(value.toWellFormed(), longest[key] ?? 100) : value
}
