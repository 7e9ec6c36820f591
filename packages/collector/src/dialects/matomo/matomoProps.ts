import type { PropValue } from '@treadlight/protocol'
import { isObject } from '../../isObject.ts'
import { numberOf } from '../textOf.ts'

/** Parameters of any hit that say something about it, by the names that they get. */
const named = {
  _pks: 'sku',
  _pkn: 'product',
  _pkc: 'category',
  _pkp: 'price',
} as const

/** What says a number. */
const numbers: ReadonlySet<string> = new Set(['_pkp'])

const dimension = /^dimension[1-9]\d{0,2}$/
/** As much as is read of a list of custom variables: Matomo has five, or as many as the owner has made. */
const longestList = 20_000

/** Properties that any hit of Matomo may have: custom dimensions by their parameter, custom variables by their own name, and the product that a page shows. */
export function matomoProps(params: URLSearchParams): Record<string, PropValue> {
  const found: [string, PropValue][] = []
  for (const [name, value] of params) {
    if (value === '') continue
    if (dimension.test(name)) found.push([name, value])
    else if (Object.hasOwn(named, name)) found.push([named[name as keyof typeof named], (numbers.has(name) ? numberOf(value) : undefined) ?? value])
  }
  return Object.fromEntries([...variablesOf(params.get('_cvar')), ...variablesOf(params.get('cvar')), ...found])
}

/** `{"1":["name","value"], …}` */
function variablesOf(text: string | null): [string, string][] {
  if (text === null || text.length > longestList) return []
  try {
    const list: unknown = JSON.parse(text)
    const pairs = Array.isArray(list) || isObject(list) ? Object.values(list) : []
    return pairs.flatMap((pair: unknown) => (isPair(pair) ? [[pair[0], String(pair[1])] as [string, string]] : []))
  } catch {
    return []
  }
}

function isPair(pair: unknown): pair is [string, string | number] {
  return Array.isArray(pair) && typeof pair[0] === 'string' && pair[0] !== '' && (typeof pair[1] === 'string' || typeof pair[1] === 'number')
}
