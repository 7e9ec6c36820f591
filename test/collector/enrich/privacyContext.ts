import type { StoredHit } from '@treadlight/store'
import { agentOf } from '../../../packages/collector/src/enrich/agent.ts'
import { createRules } from '../../../packages/collector/src/enrich/rules.ts'
import type { EnrichContext } from '../../../packages/collector/src/enrich/step.ts'
import { defaultPolicy, type PrivacyPolicy } from '../../../packages/collector/src/settings/privacy.ts'

/** A hit as it comes to the steps. */
export function hitOf(more: Partial<StoredHit> = {}): StoredHit {
  const id = '019dd000-0000-7000-8000-000000000000'
  const texts = { title: '', referrer: '', hostname: '', path: '', referrerHost: '', source: '', medium: '', campaign: '', visitor: '', session: '', user: '' }
  const times = { day: '2026-11-21', time: 0, received: 0 }
  return { site: 'default', id, view: id, origin: 'browser', type: 'pageview', url: 'https://shop.example/', ...times, ...texts, ...more }
}

/** The same look-up for all, as for the hits of one day. */
const salt = (day: string): string => `salt of ${day}`

/** What steps know besides; `headers` are those of the request. */
export function contextOf(
  policy: Partial<PrivacyPolicy> = {},
  { headers = {}, ...more }: Partial<EnrichContext> & { headers?: Record<string, string> } = {},
): EnrichContext {
  return {
    network: '203.0.113.9',
    address: '203.0.113.9',
    agent: agentOf('Agent/7'),
    header: (name) => headers[name] ?? '',
    salt,
    policy: { ...defaultPolicy, ...policy },
    isOwn: false,
    isPixel: false,
    rules: createRules({ settings: {} }),
    url: new URL('https://shop.example/'),
    decoded: { type: 'pageview', url: 'https://shop.example/', title: '', referrer: '' },
    ...more,
  }
}
