import type { PropValue } from '@treadlight/protocol'
import { definedOf } from '../definedOf.ts'
import type { DialectHit } from '../dialect.ts'
import { noCurrency } from '../noCurrency.ts'
import { propsOf } from '../propsOf.ts'
import { numberOf, revenueOf, textOf } from '../textOf.ts'

/** What an event says of its hit: its page, and what happened there. */
export type Ga4Hit = Pick<DialectHit, 'type' | 'url' | 'title' | 'referrer' | 'name' | 'props' | 'revenue' | 'interactive' | 'engagedDelta' | 'scroll'>

type Params = Readonly<Record<string, unknown>>

/** Google's own, which our sessions and visits take the place of; and what another event of the request has said. */
const passed = new Set(['session_start', 'first_visit', 'first_open', 'campaign_details'])
/** All that they say is how long somebody was there, or how far down. The second is our destination's, since the first is reserved. */
const engagements = new Set(['user_engagement', 'page_engagement', 'scroll'])
const purchases = new Set(['purchase', 'ecommerce_purchase', 'in_app_purchase'])

/** Parameters that are no properties. */
const own = new Set(
  'page_location page_referrer page_title page_path screen_name session_id session_number engagement_time_msec non_interaction debug_mode treadlight_id items ga_session_id ga_session_number percent_scrolled engaged_total_msec'.split(' '),
)

/** Examples of the protocol send 100 to be counted as somebody at all: no time that anybody was there. ms */
const filler = 100

/** The hits of one event: with what happened, how long somebody has been there since the last one. */
export function hitsOfGa4Event(name: string, params: Params): Ga4Hit[] {
  if (passed.has(name)) return []
  const page = definedOf({ title: textOf(params['page_title']), referrer: textOf(params['page_referrer']) })
  const where = { url: urlOf(params), ...page }
  const engagement = engagementOf(params, engagements.has(name) ? 0 : filler)
  const reports = engagement === undefined ? [] : [{ ...where, ...engagement }]
  if (engagements.has(name)) return reports
  if (name === 'page_view' || name === 'screen_view') return [{ ...where, type: 'pageview', ...propsOfEvent(params) }]
  return [{ ...where, ...actionOf(name, params) }, ...reports]
}

function urlOf(params: Params): string {
  const screen = textOf(params['screen_name'])
  return textOf(params['page_location']) ?? textOf(params['page_path']) ?? (screen === undefined ? '/' : `/${encodeURIComponent(screen.toWellFormed())}`)
}

function engagementOf(params: Params, longerThan: number): Pick<Ga4Hit, 'type' | 'engagedDelta' | 'scroll'> | undefined {
  const engagedDelta = numberOf(params['engagement_time_msec'])
  const scroll = numberOf(params['percent_scrolled'])
  const isLong = engagedDelta !== undefined && engagedDelta > longerThan
  if (!isLong && scroll === undefined) return undefined
  return { type: 'engagement', ...(isLong && { engagedDelta }), ...(scroll !== undefined && { scroll }) }
}

function actionOf(name: string, params: Params): Pick<Ga4Hit, 'type' | 'name' | 'props' | 'revenue' | 'interactive'> {
  const bought = revenueOfEvent(name, params)
  const items = countItems(params['items'])
  const { props } = propsOfEvent(params, bought === undefined ? [] : ['value', 'currency'])
  const all = { ...props, ...(items > 0 && { items }) }
  const isPassive = params['non_interaction'] === true || params['non_interaction'] === 'true' || params['non_interaction'] === 1
  return {
    type: 'event',
    name,
    ...(Object.keys(all).length > 0 && { props: all }),
    ...(bought && { revenue: bought }),
    ...(isPassive && { interactive: false }),
  }
}

/** Many events say what something is worth; it is money only where something was bought, or given back. */
function revenueOfEvent(name: string, params: Params): DialectHit['revenue'] {
  const { value, currency = noCurrency, transaction_id } = params
  if (name === 'refund') return revenueOf(-(numberOf(value) ?? NaN), currency)
  return purchases.has(name) || transaction_id !== undefined ? revenueOf(value, currency) : undefined
}

function propsOfEvent(params: Params, without: readonly string[] = []): { props?: Record<string, PropValue> } {
  const said = Object.entries(params).filter(([name]) => !own.has(name) && !without.includes(name))
  const props = propsOf(Object.fromEntries(said))
  return props === undefined ? {} : { props }
}

/** How many things there are: each product's quantity, or one. */
function countItems(items: unknown): number {
  if (typeof items === 'number') return items
  if (!Array.isArray(items)) return 0
  return items.reduce<number>((sum, item) => sum + Math.max(numberOf((Object(item) as Params)['quantity']) ?? 1, 0), 0)
}
