import { maxProps, type PropValue, type Refusal } from '@treadlight/protocol'
import { definedOf } from '../definedOf.ts'
import type { DialectHit } from '../dialect.ts'
import { numberOf, textOf } from '../textOf.ts'
import { universalActions } from './universalActions.ts'
import { universalUrl } from './universalUrl.ts'

/** Names of props by the protocol's families of numbered parameters. */
const families: Record<string, string> = { cd: 'dimension', cm: 'metric', cg: 'content_group' }

/** The hits of one payload: of a pageview with a purchase there are two. */
export function readUniversal(params: URLSearchParams): DialectHit[] | Refusal {
  const say = (name: string): string | undefined => textOf(params.get(name))
  const missing = ['v', 'tid', 't'].find((name) => say(name) === undefined) ?? (say('cid') === undefined && say('uid') === undefined ? 'cid' : undefined)
  if (missing !== undefined) return { field: missing, reason: 'is required' }
  if (say('v') !== '1') return { field: 'v', reason: 'must be 1' }
  const actions = universalActions(params, say)
  if (actions === undefined) return { field: 't', reason: 'is no type of the protocol' }
  const ago = numberOf(say('qt'))
  const custom = customProps(params)
  const described = definedOf({
    referrer: say('dr'),
    title: say('dt') ?? say('cd'),
    ago: ago !== undefined && ago >= 0 ? ago : undefined,
    screen: say('sr'),
    language: say('ul'),
    session: say('cid'),
    user: say('uid'),
    client: clientOf(say),
  })
  const shared = { site: say('tid')!, url: universalUrl(say), ...described }
  const complete = ({ props, ...action }: (typeof actions)[number]): DialectHit => {
    const all = { ...props, ...custom }
    return { ...shared, ...action, ...(Object.keys(all).length > 0 && { props: all }) }
  }
  return actions.map(complete)
}

/** Custom dimensions, metrics and content groups by their numbers: no more than are kept, since of thousands copies take long. */
function customProps(params: URLSearchParams): Record<string, PropValue> {
  const found = [...params].flatMap(([name, value]): [string, PropValue][] => {
    const [, family, number] = /^(cd|cm|cg)(\d{1,3})$/.exec(name) ?? []
    if (family === undefined || value === '') return []
    return [[`${families[family]}${number}`, family === 'cm' ? (numberOf(value) ?? value) : value]]
  })
  return Object.fromEntries(found.slice(0, maxProps))
}

function clientOf(say: (name: string) => string | undefined): DialectHit['client'] {
  const client = definedOf({ address: say('uip'), userAgent: say('ua'), language: say('ul') })
  return client.address === undefined && client.userAgent === undefined ? undefined : client
}
