import type { WireParameters } from '../universalAnalytics/defineParameters.ts'
import { createGa4Event, createGa4Item, type GivenParams } from './ga4Params.ts'
import type { Ga4Event, Ga4Item, Ga4Value } from './ga4Payload.ts'
import { numberOf } from './numberOf.ts'

/** Events by what has been done with products. */
const actions: Record<string, string> = {
  detail: 'view_item',
  click: 'select_item',
  add: 'add_to_cart',
  remove: 'remove_from_cart',
  checkout: 'begin_checkout',
  checkout_option: 'checkout_progress',
  purchase: 'purchase',
  refund: 'refund',
}

/** What a product is made of. */
const productFields: Record<string, string> = {
  id: 'item_id',
  nm: 'item_name',
  br: 'item_brand',
  ca: 'item_category',
  va: 'item_variant',
  pr: 'price',
  qt: 'quantity',
  cc: 'coupon',
  ps: 'index',
}
const promotionFields: Record<string, string> = { id: 'promotion_id', nm: 'promotion_name', cr: 'creative_name', ps: 'creative_slot' }
const numbers = new Set(['pr', 'qt'])

/** Enhanced e-commerce: an event for what was done with products, for each list that was shown, and for promotions. */
export function ecommerceOf(parameters: WireParameters, own: GivenParams, custom: Record<string, Ga4Value>): Ga4Event[] {
  const event = (name: string, given: GivenParams): Ga4Event => createGa4Event(name, { ...own, ...given }, custom)
  return [...actionOf(parameters, event), ...listsOf(parameters, event), ...promotionsOf(parameters, event)]
}

type WriteEvent = (name: string, given: GivenParams) => Ga4Event

function actionOf(parameters: WireParameters, event: WriteEvent): Ga4Event[] {
  const { pa, ti, ta, tr, tt, ts, cu, tcc, pal, cos, col } = parameters
  const name = Object.hasOwn(actions, String(pa)) ? actions[String(pa)] : undefined
  if (name === undefined) return []
  const items = [...collect(parameters, /^pr(\d{1,3})([a-z]{2})$/, productFields).values()]
  const money = { value: numberOf(tr), tax: numberOf(tt), shipping: numberOf(ts), currency: cu, coupon: tcc }
  return [event(name, { transaction_id: ti, affiliation: ta, ...money, item_list_name: pal, checkout_step: cos, checkout_option: col, ...(items.length > 0 && { items }) })]
}

function listsOf(parameters: WireParameters, event: WriteEvent): Ga4Event[] {
  const lists = new Set(Object.keys(parameters).flatMap((name) => /^il(\d{1,3})(?:nm|pi\d)/.exec(name)?.[1] ?? []))
  return [...lists].map((list) => {
    const items = [...collect(parameters, new RegExp(`^il${list}pi(\\d{1,3})([a-z]{2})$`), productFields).values()]
    return event('view_item_list', { item_list_name: parameters[`il${list}nm`], ...(items.length > 0 && { items }) })
  })
}

/** One is the event's own; of several each is in the place of a product. */
function promotionsOf(parameters: WireParameters, event: WriteEvent): Ga4Event[] {
  const items = [...collect(parameters, /^promo(\d{1,3})([a-z]{2})$/, promotionFields).values()]
  if (items.length === 0) return []
  const name = parameters['promoa'] === 'click' ? 'select_promotion' : 'view_promotion'
  return [event(name, items.length === 1 ? items[0]! : { items })]
}

/** Things by their index, of parameters whose names hold that and a field. */
function collect(parameters: WireParameters, pattern: RegExp, fields: Record<string, string>): Map<string, Ga4Item> {
  const given = new Map<string, Record<string, Ga4Value>>()
  for (const [name, value] of Object.entries(parameters)) {
    const [, index, field] = pattern.exec(name) ?? []
    if (index === undefined || field === undefined || !Object.hasOwn(fields, field)) continue
    const item = given.get(index) ?? {}
    item[fields[field]!] = numbers.has(field) ? (numberOf(value) ?? value) : value
    given.set(index, item)
  }
  return new Map([...given].map(([index, item]) => [index, createGa4Item(item)]))
}
