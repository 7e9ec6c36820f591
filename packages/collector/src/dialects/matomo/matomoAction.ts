import type { PropValue } from '@treadlight/protocol'
import { isObject } from '../../isObject.ts'
import type { DialectHit } from '../dialect.ts'
import { noCurrency } from '../noCurrency.ts'
import { numberOf, revenueOf } from '../textOf.ts'

/** What a request says has happened. */
type Action = Pick<DialectHit, 'type' | 'name' | 'props' | 'revenue' | 'interactive' | 'title' | 'engagedDelta'>

type Params = (name: string) => string

/** Its trackers beat after so long without another request, by default, and only while somebody is there: no beat says less. ms */
const beat = 15_000

/** Which action it is: the first whose parameter is there. Names are those that the tracker gives its own events, where it has them. */
const actions: readonly [parameter: string, read: (say: Params) => Action][] = [
  ['ping', () => ({ type: 'engagement', engagedDelta: beat })],
  ['idgoal', readGoal],
  ['e_a', (say) => ({ type: 'event', name: say('e_a').trim(), props: eventProps(say) })],
  ['link', (say) => ({ type: 'event', name: 'Outbound Link: Click', props: { url: withoutQuery(say('link')) } })],
  ['download', (say) => ({ type: 'event', name: 'File Download', props: { url: withoutQuery(say('download')) } })],
  ['search', (say) => ({ type: 'event', name: 'search', props: props(say, { term: 'search', category: 'search_cat' }, { results: 'search_count' }) })],
  ['c_i', (say) => ({ type: 'event', name: 'content', props: props(say, { interaction: 'c_i', ...content }) })],
  ['c_n', (say) => ({ type: 'event', name: 'content', interactive: false, props: props(say, content) })],
  ['cra', (say) => ({ type: 'event', name: 'exception', interactive: false, props: props(say, { description: 'cra', type: 'cra_tp', file: 'cra_ru' }, { line: 'cra_rl' }) })],
]

const content = { content: 'c_n', piece: 'c_p', target: 'c_t' } as const

/** What has happened; undefined for what Matomo counts with a plugin only, and says itself is no view. */
export function matomoAction(params: URLSearchParams): Action | undefined {
  const say: Params = (name) => params.get(name) ?? ''
  const found = actions.find(([parameter]) => isSaid(parameter, say(parameter)))
  if (found !== undefined) return found[1](say)
  return say('ca') === '1' ? undefined : { type: 'pageview', title: say('action_name') }
}

function isSaid(parameter: string, value: string): boolean {
  if (parameter === 'ping') return value !== '' && value !== '0'
  // Zero is an order or a cart; what is no number is no goal.
  return parameter === 'idgoal' ? /^\d{1,9}$/.test(value) : value.trim() !== ''
}

function eventProps(say: Params): Record<string, PropValue> {
  return props(say, { category: 'e_c', label: 'e_n' }, { value: 'e_v' })
}

/**
 * An order, a cart, or a goal by its number; by the name of an event where the request says one too, as our own destination's do.
 * Only what was bought is revenue.
 */
function readGoal(say: Params): Action {
  const revenue = revenueOf(say('revenue'), /^[A-Za-z]{3}$/.test(say('currency')) ? say('currency') : noCurrency)
  const bought = revenue === undefined ? {} : { revenue }
  const name = say('e_a').trim()
  if (say('idgoal') !== '0') return { type: 'event', name: name || `Goal ${say('idgoal')}`, props: eventProps(say), ...bought }
  const order = props(say, { order: 'ec_id' }, { subtotal: 'ec_st', tax: 'ec_tx', shipping: 'ec_sh', discount: 'ec_dt' })
  const items = countItems(say('ec_items'))
  const described = { ...eventProps(say), ...order, ...(items > 0 && { items }) }
  if (say('ec_id') !== '') return { type: 'event', name: name || 'purchase', props: described, ...bought }
  return { type: 'event', name: name || 'cart', props: { ...described, ...props(say, {}, { total: 'revenue' }) } }
}

/** How many things there are in `[[sku, name, category, price, quantity], …]`. */
function countItems(text: string): number {
  try {
    const items: unknown = JSON.parse(text === '' ? '[]' : text)
    const list: unknown[] = Array.isArray(items) ? items : isObject(items) ? Object.values(items) : []
    return list.reduce<number>((sum, item) => sum + (Array.isArray(item) ? Math.max(numberOf(item[4]) ?? 1, 0) : 0), 0)
  } catch {
    return 0
  }
}

/** Those that are said, by the names on the left. */
function props(say: Params, texts: Record<string, string>, numbers: Record<string, string> = {}): Record<string, PropValue> {
  const said = Object.entries(texts).flatMap(([name, parameter]) => (say(parameter).trim() === '' ? [] : [[name, say(parameter).trim()] as const]))
  const counted = Object.entries(numbers).flatMap(([name, parameter]) => {
    const number = numberOf(say(parameter))
    return number === undefined ? [] : [[name, number] as const]
  })
  return Object.fromEntries([...said, ...counted])
}

/** As the tracker's own events have it: a query may hold secrets. */
function withoutQuery(text: string): string {
  return text.replace(/[?#].*$/s, '')
}
