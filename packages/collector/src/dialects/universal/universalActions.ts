import type { PropValue } from '@treadlight/protocol'
import type { DialectHit } from '../dialect.ts'
import { noCurrency } from '../noCurrency.ts'
import { numberOf, revenueOf } from '../textOf.ts'

/** What a payload says has happened. */
type Action = Pick<DialectHit, 'type' | 'name' | 'props' | 'revenue' | 'interactive'>

type Say = (name: string) => string | undefined

/** What each type of hit says. Names are those that our tracker or other dialects have for the same thing. */
const types: Record<string, (say: Say, params: URLSearchParams) => Action[]> = {
  pageview: (say, params) => [{ type: 'pageview' }, ...(say('pa') === 'purchase' ? [purchase(say, params)] : [])],
  screenview: (say) => [{ type: 'pageview', props: propsOf(say, { app: 'an', version: 'av' }) }],
  event: (say, params) => [event(say, params)],
  transaction: (say, params) => [purchase(say, params)],
  item: (say) => [{ type: 'event', name: 'purchased item', interactive: false, props: propsOf(say, { transaction_id: 'ti', item: 'in', sku: 'ic', category: 'iv', currency: 'cu' }, { price: 'ip', quantity: 'iq' }) }],
  social: (say) => [{ type: 'event', name: 'social', props: propsOf(say, { network: 'sn', action: 'sa', target: 'st' }) }],
  exception: (say) => [{ type: 'event', name: 'exception', interactive: false, props: { ...propsOf(say, { description: 'exd' }), fatal: say('exf') !== '0' } }],
  timing: (say) => [{ type: 'event', name: 'timing', interactive: false, props: propsOf(say, { category: 'utc', variable: 'utv', label: 'utl' }, { value: 'utt', ...pageTimes }) }],
}

/** ms */
const pageTimes = { load: 'plt', dns: 'dns', download: 'pdt', redirect: 'rrt', connect: 'tcp', response: 'srt', interactive: 'dit', content: 'clt' }

/** What has happened; undefined for a type that the protocol does not have. */
export function universalActions(params: URLSearchParams, say: Say): Action[] | undefined {
  const type = say('t') ?? ''
  return Object.hasOwn(types, type) ? types[type]!(say, params) : undefined
}

function event(say: Say, params: URLSearchParams): Action {
  const bought = say('pa') === 'purchase' ? purchase(say, params) : undefined
  const said = propsOf(say, { category: 'ec', label: 'el', product_action: 'pa' }, { value: 'ev' })
  return {
    ...bought,
    type: 'event',
    // Without one it is refused, as Google does.
    name: say('ea') ?? '',
    props: { ...said, ...bought?.props },
    ...(say('ni') === '1' && { interactive: false }),
  }
}

function purchase(say: Say, params: URLSearchParams): Action {
  const revenue = revenueOf(say('tr'), say('cu') ?? noCurrency)
  const items = countItems(params)
  const props = propsOf(say, { transaction_id: 'ti', affiliation: 'ta', coupon: 'tcc' }, { tax: 'tt', shipping: 'ts' })
  return { type: 'event', name: 'purchase', props: { ...props, ...(items > 0 && { items }) }, ...(revenue && { revenue }) }
}

/** How many things were bought: each product's quantity, or one. */
function countItems(params: URLSearchParams): number {
  const products = new Set([...params.keys()].flatMap((name) => /^pr(\d{1,3})[a-z]{2}$/.exec(name)?.[1] ?? []))
  return [...products].reduce((sum, product) => sum + Math.max(numberOf(params.get(`pr${product}qt`) ?? 1) ?? 1, 0), 0)
}

/** Those that are said, by the names on the left. */
function propsOf(say: Say, texts: Record<string, string>, numbers: Record<string, string> = {}): Record<string, PropValue> {
  const said = Object.entries(texts).map(([name, parameter]) => [name, say(parameter)] as const)
  const counted = Object.entries(numbers).map(([name, parameter]) => [name, numberOf(say(parameter))] as const)
  return Object.fromEntries([...said, ...counted].flatMap(([name, value]): [string, PropValue][] => (value === undefined ? [] : [[name, value]])))
}
