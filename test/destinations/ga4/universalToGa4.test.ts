import { universalToGa4, type WireParameters } from '@treadlight/destinations/universal-analytics'
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'

interface Vector {
  id: string
  input: Record<string, unknown>
  expected: { error?: string } & Record<string, unknown>
  why: string
}

const now = Date.parse('2026-11-21T10:00:00.000Z')
const { vectors } = JSON.parse(readFileSync(new URL('../../vectors/ga4_mapping_proposal.json', import.meta.url), 'utf8')) as { vectors: Vector[] }
/** Those that are of no single hit: `ga4.test.ts` has them. */
const elsewhere = ['G32', 'G33', 'G36']

function convert({ user_properties, anonymize, ...input }: Vector['input']): unknown {
  const parameters = { ...input, ...(anonymize === true && { aip: 1 }) } as WireParameters
  return universalToGa4(parameters, { now, ...(user_properties !== undefined && { userProperties: user_properties as Record<string, string> }) })
}

/** What a vector says in words. */
function fill(expected: Vector['expected'], input: Vector['input']): unknown {
  return JSON.parse(JSON.stringify(expected), (key, value: unknown) => {
    if (value === '<derived>') return expect.stringMatching(/^\d{1,16}$/) as unknown
    if (value === '<(now-560ms)*1000>') return (now - 560) * 1000
    if (value === '<first 1000 characters>') return String(input['dl']).slice(0, 1000)
    return value
  })
}

describe('the vectors of Universal Analytics in Google Analytics 4', () => {
  test.each(vectors.filter(({ id }) => !elsewhere.includes(id)))('$id $why', ({ input, expected }) => {
    if (expected.error !== undefined) return expect(() => convert(input)).toThrow(expected.error)
    expect(convert(input)).toEqual(fill(expected, input))
  })
})

const here = { session_id: expect.any(String) as string, engagement_time_msec: 1 }

describe('what the vectors leave open', () => {
  const event = { t: 'event', cid: 'c1', ec: 'c', ea: 'a' }

  test.each<[string, WireParameters, object[]]>([
    ['a transaction', { t: 'transaction', cid: 'c1', ti: 'T', tr: '24.5', ts: 3, tt: 1, cu: 'EUR', ta: 'A' }, [{ name: 'purchase', params: { transaction_id: 'T', affiliation: 'A', value: 24.5, shipping: 3, tax: 1, currency: 'EUR', ...here } }]],
    ['a timing', { t: 'timing', cid: 'c1', utc: 'c', utv: 'v', utt: 12, utl: 'l' }, [{ name: 'timing_complete', params: { name: 'v', event_category: 'c', value: 12, event_label: 'l', ...here } }]],
    ['a share', { t: 'social', cid: 'c1', sn: 'n', sa: 'share', st: 'https://e.example/' }, [{ name: 'share', params: { method: 'n', item_id: 'https://e.example/', ...here } }]],
    ['a like', { t: 'social', cid: 'c1', sn: 'n', sa: 'like', st: 't' }, [{ name: 'social', params: { method: 'n', social_action: 'like', item_id: 't', ...here } }]],
    ['an exception that was not fatal', { t: 'exception', cid: 'c1', exd: 'x', exf: 0 }, [{ name: 'exception', params: { description: 'x', fatal: false, ...here } }]],
    ['a promotion clicked', { ...event, promo1id: 'P', promoa: 'click' }, [{ name: 'select_promotion', params: { promotion_id: 'P', ...here } }]],
    ['two promotions', { ...event, promo1id: 'P', promo2id: 'Q' }, [{ name: 'view_promotion', params: { items: [{ promotion_id: 'P' }, { promotion_id: 'Q' }], ...here } }]],
    ['a list of products', { ...event, il1nm: 'search', il1pi1id: 's', il1pi2id: 't', il1pi2pr: '9.5' }, [{ name: 'view_item_list', params: { item_list_name: 'search', items: [{ item_id: 's' }, { item_id: 't', price: 9.5 }], ...here } }]],
    ['a pageview with products', { t: 'pageview', cid: 'c1', dl: 'https://e.example/', pa: 'detail', pr1id: 's' }, [{ name: 'page_view', params: { page_location: 'https://e.example/', ...here } }, { name: 'view_item', params: { page_location: 'https://e.example/', items: [{ item_id: 's' }], ...here } }]],
    ['content groups', { ...event, cg1: 'news', cg2: 'x' }, [{ name: 'a', params: { event_category: 'c', content_group: 'news', content_group2: 'x', ...here } }]],
    ['an action of every object', { ...event, pa: 'constructor' }, [{ name: 'a', params: { event_category: 'c', ...here } }]],
    ['a host that beats the location\'s', { ...event, dl: 'https://e.example/a?x=1', dh: 'f.example' }, [{ name: 'a', params: { event_category: 'c', page_location: 'https://f.example/a?x=1', ...here } }]],
    ['a name in no letters', { ...event, ea: '404' }, [{ name: 'p_404', params: { event_category: 'c', ...here } }]],
  ])('%s', (_, parameters, events) => expect(universalToGa4(parameters, { now })!.events).toEqual(events))

  test('an item of a transaction is nothing by itself', () => expect(universalToGa4({ t: 'item', cid: 'c1', ti: 'T', in: 'i' }, { now })).toBeUndefined())

  test('G33 too old', () => {
    expect(() => universalToGa4({ ...event, qt: 72 * 3_600_000 + 1 }, { now })).toThrow('is more than 72 hours old')
    expect(universalToGa4({ ...event, qt: 72 * 3_600_000 }, { now })).toBeDefined()
  })

  test('names of a site\'s own', () => {
    expect(universalToGa4({ ...event, cd1: 'gold', cm2: '3' }, { now, names: { cd1: 'plan', cm2: 'session_id' } })!.events[0]!.params).toEqual({ event_category: 'c', plan: 'gold', p_session_id: 3, ...here })
  })
})
